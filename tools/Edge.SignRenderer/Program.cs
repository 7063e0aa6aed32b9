using Edge.SignRenderer.Commands;

return CommandLine.Run(args, Console.Out, Console.Error);
