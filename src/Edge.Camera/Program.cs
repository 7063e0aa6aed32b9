Console.WriteLine("edge-camera");
