package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"corridor/internal/fault"
	"corridor/internal/reader/extract"
)

// documentBytesMax is the largest document that the command reads.
const documentBytesMax = 100 << 20

func readCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "read [--json] FILE…",
		Short: "Read published documents: what they say, each fact with its place",
		Long: `Reads plain text and web pages and prints articles, policies, figures and agreements, each with the bytes where
it stands in the file. With --json one JSON object for each file on a line of its own. FILE - is standard input.
A file that cannot be read is named with the reason; the others are read all the same, and the exit code is 1.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, files []string) error {
			return readAll(files, asJSON, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, one object for each file")
	return c
}

func readAll(files []string, asJSON bool, in io.Reader, out, errs io.Writer) error {
	failed := false
	for _, name := range files {
		d, err := readOne(name, in)
		if err != nil {
			failed = true
			f := fault.Of(err)
			fmt.Fprintf(errs, "%s: %s\n%s: %s\n", name, f.Sentence(fault.ZH), name, f.Sentence(fault.EN))
			if f.Kind == fault.Internal {
				fmt.Fprintf(errs, "%s: %v\n", name, err)
			}
			continue
		}
		if asJSON {
			enc := json.NewEncoder(out)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(d); err != nil {
				return err
			}
			continue
		}
		printDocument(out, d)
	}
	if failed {
		return errSaid
	}
	return nil
}

func readOne(name string, in io.Reader) (*extract.Document, error) {
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fault.New(fault.NotFound, "reader.no_file", "name", name).Because(err)
		}
		defer f.Close()
		in = f
	}
	content, err := io.ReadAll(io.LimitReader(in, documentBytesMax+1))
	if err != nil {
		return nil, fault.New(fault.Unavailable, "reader.no_file", "name", name).Because(err)
	}
	return extract.Read(name, content, extract.Options{MaxBytes: documentBytesMax})
}

// printDocument prints what a person looks for first.
func printDocument(out io.Writer, d *extract.Document) {
	fmt.Fprintf(out, "%s  %s  %s\n", d.File, d.Format, d.SHA256)
	for _, w := range d.Warnings {
		fmt.Fprintf(out, "  注意 warning  %s\n", w)
	}
	for _, a := range d.Articles {
		fmt.Fprintf(out, "\n  %s\n", a.Title)
		for _, g := range a.Agreements {
			fmt.Fprintf(out, "    协议 agreement  [%d,%d)  %s  %v\n", g.Span[0], g.Span[1], g.Kind, g.Parties)
		}
		for _, p := range a.Policies {
			fmt.Fprintf(out, "    政策 policy     [%d,%d)  %s\n", p.Span[0], p.Span[1], p.Name)
		}
		for _, f := range a.Figures {
			period := "—"
			if f.Period != nil {
				period = *f.Period
			}
			fmt.Fprintf(out, "    数字 figure     [%d,%d)  %s = %v %s (%s) %s\n", f.Span[0], f.Span[1], f.Indicator, f.Value, f.Unit, f.Approx, period)
		}
	}
	fmt.Fprintln(out)
}
