using System.Text;

namespace Edge.Imaging;

/// <summary>Comma-separated values as in RFC 4180: fields may be quoted, quotes inside are doubled.</summary>
internal static class CsvFile
{
    /// <summary>The rows with the line on which each begins (from 1); empty lines are left out.</summary>
    /// <exception cref="ImageFormatException">A quoted field does not end.</exception>
    public static List<(int Line, string[] Fields)> Read(string path)
    {
        string text = File.ReadAllText(path);
        List<(int, string[])> rows = [];
        List<string> fields = [];
        StringBuilder field = new();
        bool quoted = false;
        int line = 1, firstLine = 1;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\n')
                line++;
            if (quoted)
            {
                if (c != '"')
                    field.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"')
                    field.Append(text[i++]);
                else
                    quoted = false;
            }
            else if (c == '"' && field.Length == 0)
            {
                quoted = true;
            }
            else if (c == ',')
            {
                EndField();
            }
            else if (c == '\n')
            {
                EndRow();
            }
            else if (c != '\r')
            {
                field.Append(c);
            }
        }

        if (quoted)
            throw new ImageFormatException($"{path}, line {firstLine}: a quoted field does not end");
        EndRow();
        return rows;

        void EndField()
        {
            fields.Add(field.ToString());
            field.Clear();
        }

        void EndRow()
        {
            if (fields.Count > 0 || field.Length > 0)
            {
                EndField();
                rows.Add((firstLine, [.. fields]));
                fields.Clear();
            }

            firstLine = line;
        }
    }
}
