using Edge.Quantizer.Commands;

return CommandLine.Run(args, Console.Out, Console.Error);
