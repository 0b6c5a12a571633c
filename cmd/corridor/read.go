package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"corridor/internal/fault"
	"corridor/internal/reader/child"
	"corridor/internal/reader/extract"
)

const (
	documentBytesMax = 100 << 20 // the largest document that the command reads
	folderFilesMax   = 100_000   // of one folder
	jobsMax          = 64
	// readingMemory is what the command lets its memory grow to for each document at once before it looks harder for what
	// is not needed any more. It is no limit: a document with very many facts may take more.
	readingMemory = 640 << 20
)

// documentNames are the endings of the files that are read where a folder is named.
var documentNames = []string{".txt", ".text", ".html", ".htm", ".shtml", ".xhtml", ".md", ".markdown", ".pdf", ".docx"}

type readOptions struct {
	json, child bool
	across      bool // what is read is set side by side, and nothing else is printed
	jobs        int
}

func readCommand() *cobra.Command {
	var o readOptions
	c := &cobra.Command{
		Use:   "read [--json] [--across] [--jobs N] FILE|FOLDER…",
		Short: "Read published documents: what they say, each fact with its place",
		Long: `Reads plain text, web pages, Markdown, PDF and DOCX and prints articles, policies, figures and agreements, each with the
bytes where it stands in the file. With --json one JSON object for each file on a line of its own, in the order of the
names. FILE - is standard input; of a FOLDER every document in it and below is read. PDF and DOCX are opened in a process
of their own with limits of memory and time. A text whose words a program replaced is put right by a clean telling of
the same events, where one is among the files.
A file that cannot be read is named with the reason; the others are read all the same, and the exit code is 1.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, files []string) error {
			if o.child {
				return child.Serve(cmd.InOrStdin(), cmd.OutOrStdout())
			}
			if len(files) == 0 {
				return usageError{fmt.Errorf("read wants a FILE, a FOLDER or - for standard input")}
			}
			if o.jobs < 1 || o.jobs > jobsMax {
				return usageError{fmt.Errorf("--jobs is from 1 to %d", jobsMax)}
			}
			return readAll(cmd.Context(), files, o, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	c.Flags().BoolVar(&o.json, "json", false, "print JSON, one object for each file")
	c.Flags().IntVar(&o.jobs, "jobs", min(runtime.NumCPU(), 8), "documents read at once")
	c.Flags().BoolVar(&o.across, "across", false, "print instead what the documents say side by side: copies, editions, figures told twice, contradictions")
	c.Flags().BoolVar(&o.child, "child", false, "be the process in which another reads")
	if err := c.Flags().MarkHidden("child"); err != nil {
		panic(err)
	}
	return c
}

// reading is one document of a run: what was read of it, or why it was not.
type reading struct {
	name string
	doc  *extract.Document
	err  error
	done chan struct{}
}

// readAll reads the files with several hands and prints them in their order. No more documents wait than hands are there.
func readAll(ctx context.Context, names []string, o readOptions, in io.Reader, out, errs io.Writer) error {
	names, failed := spread(names, errs)
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(max(1, min(o.jobs, len(names)))) * readingMemory)
	}
	packed, err := child.New(child.Config{Slots: o.jobs})
	if err != nil {
		return err
	}
	var beside across
	hand := &reader{packed: packed, in: in, names: names}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	slots, order := make(chan struct{}, o.jobs), make(chan *reading, o.jobs)
	go func() {
		defer close(order)
		for _, name := range names {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			r := &reading{name: name, done: make(chan struct{})}
			go func() {
				defer func() { <-slots; close(r.done) }()
				r.doc, r.err = hand.read(ctx, r.name)
			}()
			order <- r
		}
	}()
	progress, n := watched(errs), 0
	for r := range order {
		<-r.done
		if n++; progress && len(names) > 1 {
			fmt.Fprintf(errs, "读 reading %d/%d  %s\n", n, len(names), r.name)
		}
		if r.err != nil {
			failed = true
			refuse(errs, r.name, r.err)
			continue
		}
		if o.across {
			err = beside.add(r.doc)
		} else {
			err = printReading(out, r.doc, o.json)
		}
		if err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if o.across {
		if err := beside.print(out, o.json); err != nil {
			return err
		}
	}
	if failed {
		return errSaid
	}
	return nil
}

func printReading(out io.Writer, d *extract.Document, asJSON bool) error {
	if !asJSON {
		printDocument(out, d)
		return nil
	}
	return d.WriteJSON(out)
}

func refuse(errs io.Writer, name string, err error) {
	f := fault.Of(err)
	fmt.Fprintf(errs, "%s: %s\n%s: %s\n", name, f.Sentence(fault.ZH), name, f.Sentence(fault.EN))
	if f.Kind == fault.Internal {
		fmt.Fprintf(errs, "%s: %v\n", name, err)
	}
}

// watched says whether a person looks at what is written.
func watched(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// spread puts the documents of a folder, in the order of their paths, in the place of the folder.
func spread(names []string, errs io.Writer) (out []string, failed bool) {
	for _, name := range names {
		if s, err := os.Stat(name); name == "-" || err != nil || !s.IsDir() {
			out = append(out, name) // what is not there is told when its turn comes
			continue
		}
		n := 0
		err := filepath.WalkDir(name, func(path string, e fs.DirEntry, err error) error {
			hidden := path != name && strings.HasPrefix(e.Name(), ".")
			switch {
			case err != nil:
				return err
			case e.IsDir() && hidden:
				return filepath.SkipDir
			case !e.Type().IsRegular() || hidden || !slices.Contains(documentNames, strings.ToLower(filepath.Ext(path))):
				return nil
			}
			if n++; n > folderFilesMax {
				return fmt.Errorf("more than %d documents", folderFilesMax)
			}
			out = append(out, path)
			return nil
		})
		if err == nil && n == 0 {
			err = fmt.Errorf("no document with one of the endings %s", strings.Join(documentNames, " "))
		}
		if err != nil {
			failed = true
			refuse(errs, name, fault.New(fault.NotFound, "reader.no_file", "name", name).Because(err))
		}
	}
	return out, failed
}

// reader reads one document at a time; several hands may use it.
type reader struct {
	packed *child.Reader
	in     io.Reader
	names  []string // of the run
	once   sync.Once
	twins  extract.Twins
}

func (h *reader) read(ctx context.Context, name string) (*extract.Document, error) {
	content, err := h.content(name)
	if err != nil {
		return nil, err
	}
	opt := extract.Options{MaxBytes: documentBytesMax}
	if extract.Packed(content) {
		return h.packed.Read(ctx, name, content, opt)
	}
	if len(h.names) < 2 {
		return extract.Read(name, content, opt) // the bytes are not needed afterwards, so memory has room for the facts
	}
	d, err := extract.Read(name, content, opt)
	if err != nil || !d.Spun() {
		return d, err
	}
	h.once.Do(h.seek)
	if opt.Twin = h.twins.Of(content); opt.Twin == nil {
		return d, nil
	}
	return extract.Read(name, content, opt)
}

func (h *reader) content(name string) ([]byte, error) {
	in, size := h.in, int64(bytes.MinRead)
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fault.New(fault.NotFound, "reader.no_file", "name", name).Because(err)
		}
		defer f.Close()
		s, err := f.Stat()
		if err == nil && s.Size() > documentBytesMax {
			return nil, fault.New(fault.TooLarge, "reader.too_large", "bytes", s.Size(), "max", documentBytesMax)
		}
		if err == nil {
			size += s.Size()
		}
		in = f
	}
	content := bytes.NewBuffer(make([]byte, 0, size))
	if _, err := content.ReadFrom(io.LimitReader(in, documentBytesMax+1)); err != nil {
		return nil, fault.New(fault.Unavailable, "reader.no_file", "name", name).Because(err)
	}
	return content.Bytes(), nil
}

// seek looks through the files of the run for what might be the clean telling of a spun text. Most runs never need it.
func (h *reader) seek() {
	for _, name := range h.names {
		if name == "-" {
			continue
		}
		if s, err := os.Stat(name); err != nil || s.Size() > extract.TwinBytesMax {
			continue
		}
		if content, err := h.content(name); err == nil {
			h.twins.Add(content)
		}
	}
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
