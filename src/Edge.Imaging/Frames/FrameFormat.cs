namespace Edge.Imaging.Frames;

/// <summary>
/// How a camera frame lies in memory, 8 bits a sample, rows from top to bottom. Named as in V4L2 and FourCC. Chroma samples of
/// subsampled formats belong to two neighbouring columns (4:2:2) or to a block of two by two pixels (4:2:0).
/// </summary>
public enum FrameFormat
{
    /// <summary>4:2:2 in one plane: Y0 U Y1 V. Even widths only.</summary>
    Yuyv,

    /// <summary>4:2:2 in one plane: U Y0 V Y1. Even widths only.</summary>
    Uyvy,

    /// <summary>4:2:0: a plane of Y, a plane of U V pairs.</summary>
    Nv12,

    /// <summary>4:2:0: a plane of Y, a plane of V U pairs.</summary>
    Nv21,

    /// <summary>4:2:0: planes of Y, U and V.</summary>
    I420,

    /// <summary>4:2:2: planes of Y, U and V.</summary>
    I422,

    /// <summary>4:4:4: planes of Y, U and V.</summary>
    I444,

    /// <summary>Luma only.</summary>
    Grey,

    /// <summary>One plane: R G B.</summary>
    Rgb24,

    /// <summary>One plane: B G R.</summary>
    Bgr24,
}

/// <summary>Which weights made luma and chroma out of R'G'B'.</summary>
public enum ColorMatrix
{
    /// <summary>ITU-R BT.601-7, 2.5.1: Kr = 0.299, Kb = 0.114. Also JPEG (JFIF 1.02).</summary>
    Bt601,

    /// <summary>ITU-R BT.709-6, item 3.2: Kr = 0.2126, Kb = 0.0722.</summary>
    Bt709,
}

/// <summary>Which codes stand for black, white and full colour.</summary>
public enum ColorRange
{
    /// <summary>Luma 16 to 235, chroma 16 to 240 (BT.601-7, 2.5.3).</summary>
    Limited,

    /// <summary>0 to 255, as in JPEG.</summary>
    Full,
}
