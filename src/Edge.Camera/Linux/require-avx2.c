// The x64 program is compiled for AVX2 and FMA (IlcInstructionSet). On a processor without them the runtime would abort before any C#
// has run; this runs earlier and says what to do. The linker's driver compiles it. Exit code 3 is ExitCode.ModelUnusable.
#include <unistd.h>

__attribute__((constructor)) static void require_avx2(void)
{
    static const char message[] =
        "edge-camera: this processor has no AVX2 and FMA, which this program is compiled for; "
        "build it with -p:EdgeCameraBaseline=true (README.md, Machines)\n";
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return;
    (void)!write(STDERR_FILENO, message, sizeof message - 1);
    _exit(3);
}
