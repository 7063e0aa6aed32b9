using System.Text;
using Edge.Camera.Commands;

// Console.Out would look at the terminal and install signal handlers first, which costs a start some tenths of a millisecond.
using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
return CommandLine.Run(args, output, Console.Error);
