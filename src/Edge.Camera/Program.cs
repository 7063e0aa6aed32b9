using Edge.Camera.Commands;

return CommandLine.Run(args, Console.Out, Console.Error);
