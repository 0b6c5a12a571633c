package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"corridor/internal/demo"
	"corridor/internal/fault"
	"corridor/internal/reader/child"
)

// The tours.
const (
	tourMain     = "main"
	tourRefusals = "refusals"
	tourPacks    = "packs"
)

type demoOptions struct {
	dir, dsn, readDir, scale, tour string
	verbose, bare                  bool
	basePort                       int
}

func demoCommand() *cobra.Command {
	var o demoOptions
	c := &cobra.Command{
		Use:   "demo",
		Short: "Run a whole demonstration community on this machine",
		Long: `Runs the community's office and the nodes of its jurisdictions in one process, each with its own database, on
ports of this machine. All organisations are synthetic. What was done stays in the folder: started again with
the same --dir, the community goes on where it was.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 { // --tour takes its name with a blank between them, too
				if o.tour != tourMain {
					return usageError{fmt.Errorf("%s: not expected here", args[0])}
				}
				o.tour = args[0]
			}
			return runDemo(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.StringVar(&o.dir, "dir", "", "folder of the community (default: a new temporary one, removed at the end)")
	f.StringVar(&o.dsn, "dsn", "", "databases of the nodes, with {node} for 30 to 34, as postgres://localhost/corridor_{node} (default: SQLite in the folder)")
	f.StringVar(&o.tour, "tour", "", "play the main line over HTTP, print each step with its evidence, and stop; refusals: play what is refused; packs: go a way of every kind of scheme by the pages")
	f.Lookup("tour").NoOptDefVal = tourMain
	f.StringVar(&o.readDir, "read", "", "put every document of this folder into the review queue")
	f.StringVar(&o.scale, "scale", "", "size of a new world: small (default), yrd (calibrated to published totals), million (a million firms)")
	f.BoolVar(&o.bare, "bare", false, "begin a new world without the two months of orders before its first morning (a tour always does)")
	f.IntVar(&o.basePort, "base-port", demo.BasePort, "port of the office; the nodes take the ports above it")
	f.BoolVar(&o.verbose, "verbose", false, "log every request")
	return c
}

func runDemo(ctx context.Context, o demoOptions, out, errs io.Writer) (err error) {
	if o.scale != "" && !slices.Contains(demo.Scales, demo.Scale(o.scale)) {
		return usageError{fmt.Errorf("--scale %s: the sizes are small, yrd and million", o.scale)}
	}
	if o.tour != "" && !slices.Contains([]string{tourMain, tourRefusals, tourPacks}, o.tour) {
		return usageError{fmt.Errorf("--tour %s: the tours are %s, %s and %s", o.tour, tourMain, tourRefusals, tourPacks)}
	}
	if o.basePort < 1 || o.basePort > 65000 {
		return usageError{fmt.Errorf("--base-port %d: between 1 and 65000", o.basePort)}
	}
	if o.dir == "" {
		if o.dir, err = os.MkdirTemp("", "corridor-demo-"); err != nil {
			return err
		}
		defer os.RemoveAll(o.dir)
	}
	level := slog.LevelWarn
	if o.verbose {
		level = slog.LevelDebug
	}
	began := time.Now()
	uploads, err := child.New(child.Config{})
	if err != nil {
		return err
	}
	w, err := demo.Start(ctx, demo.Config{Dir: o.dir, DSN: demo.DSNs(o.dsn), BasePort: o.basePort, Extract: uploads, Scale: demo.Scale(o.scale), Months: o.tour == "" && !o.bare, Progress: func(line string) { fmt.Fprintln(out, line) },
		Logger: slog.New(slog.NewTextHandler(errs, &slog.HandlerOptions{Level: level}))})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	running, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- w.Serve(running) }()
	defer func() {
		stop()
		err = errors.Join(err, <-served)
	}()
	at := func(code string) string { return w.Node(code).URL() }
	if err := healthy(ctx, w); err != nil {
		if ctx.Err() != nil {
			return nil // stopped as asked, before all nodes had answered
		}
		return err
	}
	if o.readDir != "" {
		if err := demo.ReadFolder(ctx, at, o.readDir, out); err != nil {
			return err
		}
	}
	if o.tour != "" {
		play := func() error { return demo.Tour(ctx, at, filepath.Join(o.dir, "tour"), out) }
		switch o.tour {
		case tourRefusals:
			play = func() error { return demo.Refusals(ctx, at, w.Cut, out) }
		case tourPacks:
			play = func() error { return demo.TourPacks(ctx, at, out) }
		}
		if err := play(); err != nil {
			return err
		}
		return auditNodes(ctx, w.Nodes, out)
	}
	greet(out, w, o, time.Since(began))
	select {
	case <-ctx.Done():
	case err := <-served:
		served <- nil
		return err
	}
	fmt.Fprintln(out, "\n演示已停止。 The demonstration has stopped.")
	return nil
}

// healthy waits until every node answers.
func healthy(ctx context.Context, w *demo.Community) error {
	for _, n := range w.Nodes {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, n.URL()+"/healthz", nil)
		if err != nil {
			return err
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return fmt.Errorf("node %s does not answer: %w", n.Node.Code, err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("node %s is not well: %s", n.Node.Code, answer.Status)
		}
	}
	return nil
}

// greet prints the addresses and the sign-ins.
func greet(out io.Writer, w *demo.Community, o demoOptions, took time.Duration) {
	fmt.Fprintf(out, "Corridor 演示，%.1f 秒就绪；所有机构和人员均为虚构。\nThe demonstration is ready after %.1f s; every organisation and person is made up.\n\n",
		took.Seconds(), took.Seconds())
	for _, n := range w.Nodes {
		fmt.Fprintf(out, "  %s  %s  %s\n", n.URL(), n.Node.Name.In(fault.ZH), n.Node.Name.In(fault.EN))
		names, people := demo.Groups(n.Node.Code)
		for _, g := range names {
			fmt.Fprintf(out, "    %s  %s\n", g.In(fault.ZH), g.In(fault.EN))
			for _, p := range people[g] {
				fmt.Fprintf(out, "      %-26s %s  %s\n", p.Email, p.Name.In(fault.ZH), p.Name.In(fault.EN))
			}
		}
	}
	dir, _ := filepath.Abs(o.dir)
	fmt.Fprintf(out, "\n  密码 password   %s\n  文件夹 folder   %s\n  停止 stop       Ctrl+C\n", demo.Password, dir)
}
