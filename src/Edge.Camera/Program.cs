using Edge.Camera.Commands;
using Edge.Camera.Linux;

using StreamWriter output = StandardStream.Output(), error = StandardStream.Error();
return CommandLine.Run(args, output, error);
