Console.WriteLine("edge-quantizer");
