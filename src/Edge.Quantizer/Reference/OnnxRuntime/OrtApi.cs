using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace Edge.Quantizer.Reference.OnnxRuntime;

/// <summary>
/// ONNX Runtime's C API, as far as it is needed here. The library hands out one table of function pointers whose order never
/// changes (onnxruntime_c_api.h, struct OrtApi); <see cref="Slot"/> numbers them. Every call that can fail returns a status
/// object, which becomes an <see cref="OnnxRuntimeException"/>.
/// </summary>
internal sealed unsafe class OrtApi
{
    /// <summary>Any version from 4 on has all slots used here; this one is old enough for Debian's package.</summary>
    private const uint Version = 17;

    private static readonly Lazy<OrtApi> Loaded = new(() => new OrtApi());

    private readonly nint* _table;
    private readonly nint _allocator;

    // The environment lives as long as the process: sessions hold on to it.
    private readonly nint _environment;

    private OrtApi()
    {
        nint library = OrtLibrary.Load();
        if (!NativeLibrary.TryGetExport(library, "OrtGetApiBase", out nint entry))
            throw new UserException("the library found as ONNX Runtime has no function OrtGetApiBase; " + OrtLibrary.Absent);
        nint* apiBase = ((delegate* unmanaged<nint*>)entry)();
        _table = ((delegate* unmanaged<uint, nint*>)apiBase[0])(Version);
        LibraryVersion = Utf8StringMarshaller.ConvertToManaged(((delegate* unmanaged<byte*>)apiBase[1])()) ?? "unknown";
        if (_table is null)
            throw new UserException($"ONNX Runtime {LibraryVersion} is too old: 1.{Version} or newer is needed");

        const int onlyErrors = 3;
        nint environment;
        fixed (byte* name = "edge\0"u8)
            Check(((delegate* unmanaged<int, byte*, nint*, nint>)_table[(int)Slot.CreateEnv])(onlyErrors, name, &environment));
        _environment = environment;
        nint allocator;
        Check(((delegate* unmanaged<nint*, nint>)_table[(int)Slot.GetAllocatorWithDefaultOptions])(&allocator));
        _allocator = allocator;
    }

    /// <summary>Positions in struct OrtApi.</summary>
    internal enum Slot
    {
        GetErrorMessage = 2,
        CreateEnv = 3,
        CreateSessionFromArray = 8,
        Run = 9,
        CreateSessionOptions = 10,
        SetOptimizedModelFilePath = 11,
        SetSessionGraphOptimizationLevel = 23,
        SetIntraOpNumThreads = 24,
        SessionGetInputCount = 30,
        SessionGetOutputCount = 31,
        SessionGetInputName = 36,
        SessionGetOutputName = 37,
        CreateTensorAsOrtValue = 48,
        GetTensorMutableData = 51,
        GetTensorElementType = 60,
        GetDimensionsCount = 61,
        GetDimensions = 62,
        GetTensorTypeAndShape = 65,
        AllocatorFree = 76,
        GetAllocatorWithDefaultOptions = 78,
        ReleaseStatus = 93,
        ReleaseSession = 95,
        ReleaseValue = 96,
        ReleaseTensorTypeAndShapeInfo = 99,
        ReleaseSessionOptions = 100,
        AddSessionConfigEntry = 130,
    }

    /// <exception cref="UserException">The library is not installed or too old.</exception>
    public static OrtApi Instance => Loaded.Value;

    /// <summary>As the library states it, for example "1.30.0".</summary>
    public string LibraryVersion { get; }

    /// <param name="spin">Whether threads without work wait actively: faster with several, at the cost of other programs.</param>
    public OrtHandle CreateSessionOptions(int optimizationLevel, int threads, string? optimizedModelPath, bool spin)
    {
        nint raw;
        Check(((delegate* unmanaged<nint*, nint>)_table[(int)Slot.CreateSessionOptions])(&raw));
        var options = new OrtHandle(this, raw, Slot.ReleaseSessionOptions);
        try
        {
            nint setLevel = _table[(int)Slot.SetSessionGraphOptimizationLevel];
            Check(((delegate* unmanaged<nint, int, nint>)setLevel)(raw, optimizationLevel));
            Check(((delegate* unmanaged<nint, int, nint>)_table[(int)Slot.SetIntraOpNumThreads])(raw, threads));
            AddConfiguration(raw, "session.intra_op.allow_spinning", spin ? "1" : "0");
            if (optimizedModelPath is not null)
            {
                byte* path = Utf8StringMarshaller.ConvertToUnmanaged(optimizedModelPath);
                try
                {
                    Check(((delegate* unmanaged<nint, byte*, nint>)_table[(int)Slot.SetOptimizedModelFilePath])(raw, path));
                }
                finally
                {
                    Utf8StringMarshaller.Free(path);
                }
            }

            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    public OrtHandle CreateSession(ReadOnlySpan<byte> model, OrtHandle options)
    {
        nint raw;
        fixed (byte* data = model)
        {
            Check(((delegate* unmanaged<nint, byte*, nuint, nint, nint*, nint>)_table[(int)Slot.CreateSessionFromArray])(
                _environment, data, (nuint)model.Length, options.Value, &raw));
        }

        return new OrtHandle(this, raw, Slot.ReleaseSession);
    }

    public string[] InputNames(OrtHandle session) => Names(session, Slot.SessionGetInputCount, Slot.SessionGetInputName);

    public string[] OutputNames(OrtHandle session) => Names(session, Slot.SessionGetOutputCount, Slot.SessionGetOutputName);

    /// <summary>Copies a tensor into memory of the library.</summary>
    public OrtHandle CreateTensor(OrtTensor tensor)
    {
        long[] shape = Array.ConvertAll(tensor.Shape, d => (long)d);
        nint raw;
        fixed (long* dimensions = shape)
        {
            Check(((delegate* unmanaged<nint, long*, nuint, int, nint*, nint>)_table[(int)Slot.CreateTensorAsOrtValue])(
                _allocator, dimensions, (nuint)shape.Length, (int)tensor.Type, &raw));
        }

        var value = new OrtHandle(this, raw, Slot.ReleaseValue);
        try
        {
            tensor.RawBytes.CopyTo(new Span<byte>(Data(value), tensor.RawBytes.Length));
            return value;
        }
        catch
        {
            value.Dispose();
            throw;
        }
    }

    /// <summary>Copies a tensor out of memory of the library.</summary>
    public OrtTensor ReadTensor(OrtHandle value)
    {
        nint raw;
        Check(((delegate* unmanaged<nint, nint*, nint>)_table[(int)Slot.GetTensorTypeAndShape])(value.Value, &raw));
        using var info = new OrtHandle(this, raw, Slot.ReleaseTensorTypeAndShapeInfo);
        int type;
        Check(((delegate* unmanaged<nint, int*, nint>)_table[(int)Slot.GetTensorElementType])(raw, &type));
        nuint rank;
        Check(((delegate* unmanaged<nint, nuint*, nint>)_table[(int)Slot.GetDimensionsCount])(raw, &rank));
        long[] shape = new long[(int)rank];
        fixed (long* dimensions = shape)
            Check(((delegate* unmanaged<nint, long*, nuint, nint>)_table[(int)Slot.GetDimensions])(raw, dimensions, rank));
        var tensor = OrtTensor.Zeros((OrtElementType)type, Array.ConvertAll(shape, d => checked((int)d)));
        new ReadOnlySpan<byte>(Data(value), tensor.RawBytes.Length).CopyTo(tensor.RawBytes);
        return tensor;
    }

    /// <summary>Computes the named outputs. The caller owns the handles it gets.</summary>
    public OrtHandle[] Run(OrtHandle session, string[] inputNames, OrtHandle[] inputs, string[] outputNames)
    {
        nint[] inputText = Array.ConvertAll(inputNames, ToUtf8);
        nint[] outputText = Array.ConvertAll(outputNames, ToUtf8);
        nint[] outputValues = new nint[outputNames.Length];
        try
        {
            Run(session, inputText, Array.ConvertAll(inputs, h => h.Value), outputText, outputValues);
            return Array.ConvertAll(outputValues, v => new OrtHandle(this, v, Slot.ReleaseValue));
        }
        finally
        {
            Array.ForEach(inputText, FreeUtf8);
            Array.ForEach(outputText, FreeUtf8);
        }
    }

    /// <summary>
    /// As above, from names and values that are native already. The caller owns the values in <paramref name="outputs"/>.
    /// </summary>
    public void Run(OrtHandle session, nint[] inputNames, nint[] inputs, nint[] outputNames, nint[] outputs)
    {
        fixed (nint* inputText0 = inputNames, outputText0 = outputNames, inputs0 = inputs, outputs0 = outputs)
        {
            Check(((delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)_table[(int)Slot.Run])(
                session.Value, 0, inputText0, inputs0, (nuint)inputs.Length,
                outputText0, (nuint)outputs.Length, outputs0));
        }
    }

    /// <summary>A native copy of a text, to be given back with <see cref="FreeUtf8"/>.</summary>
    internal static nint ToUtf8(string text) => (nint)Utf8StringMarshaller.ConvertToUnmanaged(text);

    internal static void FreeUtf8(nint text) => Utf8StringMarshaller.Free((byte*)text);

    internal void Release(Slot function, nint handle) => ((delegate* unmanaged<nint, void>)_table[(int)function])(handle);

    private void AddConfiguration(nint options, string key, string value)
    {
        byte* k = Utf8StringMarshaller.ConvertToUnmanaged(key);
        byte* v = Utf8StringMarshaller.ConvertToUnmanaged(value);
        try
        {
            Check(((delegate* unmanaged<nint, byte*, byte*, nint>)_table[(int)Slot.AddSessionConfigEntry])(options, k, v));
        }
        finally
        {
            Utf8StringMarshaller.Free(k);
            Utf8StringMarshaller.Free(v);
        }
    }

    private void* Data(OrtHandle value)
    {
        void* data;
        Check(((delegate* unmanaged<nint, void**, nint>)_table[(int)Slot.GetTensorMutableData])(value.Value, &data));
        return data;
    }

    private string[] Names(OrtHandle session, Slot count, Slot name)
    {
        nuint n;
        Check(((delegate* unmanaged<nint, nuint*, nint>)_table[(int)count])(session.Value, &n));
        string[] names = new string[(int)n];
        for (nuint i = 0; i < n; i++)
        {
            byte* text;
            Check(((delegate* unmanaged<nint, nuint, nint, byte**, nint>)_table[(int)name])(session.Value, i, _allocator, &text));
            names[i] = Utf8StringMarshaller.ConvertToManaged(text) ?? "";
            Check(((delegate* unmanaged<nint, byte*, nint>)_table[(int)Slot.AllocatorFree])(_allocator, text));
        }

        return names;
    }

    private void Check(nint status)
    {
        if (status == 0)
            return;
        byte* text = ((delegate* unmanaged<nint, byte*>)_table[(int)Slot.GetErrorMessage])(status);
        string? message = Utf8StringMarshaller.ConvertToManaged(text);
        Release(Slot.ReleaseStatus, status);
        throw new OnnxRuntimeException($"ONNX Runtime: {message?.ReplaceLineEndings(" ") ?? "unknown error"}");
    }
}
