package main

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/spf13/cobra"

	searchbench "corridor/internal/catalogue/bench"
	ledgerbench "corridor/internal/ledger/bench"
	logbench "corridor/internal/log/bench"
	readerbench "corridor/internal/reader/bench"
	registrybench "corridor/internal/registry/bench"
	schemebench "corridor/internal/scheme/bench"
)

// figures are what a measurement found; as JSON they are themselves.
type figures interface{ Write(io.Writer) error }

// benches is the table of what can be measured: flags sets the options of a run and returns it.
var benches = []struct {
	use, short string
	flags      func(*cobra.Command) func(context.Context) (figures, error)
}{
	{"ledger", "Durable transfers a second: a transaction each, shared, and in bulk, in one run", func(c *cobra.Command) func(context.Context) (figures, error) {
		f := c.Flags()
		var o ledgerbench.Options
		whereFlags(c, &o.DSN, &o.Dir)
		f.IntVar(&o.Callers, "callers", 64, "clients that each wait for their answer")
		f.DurationVar(&o.For, "for", 5*time.Second, "of each way")
		f.BoolVar(&o.Audit, "audit", true, "audit the books afterwards")
		f.BoolVar(&o.PGBench, "pgbench", false, "let pgbench run its TPC-B-like script on the same PostgreSQL, too")
		return func(ctx context.Context) (figures, error) { return ledgerbench.Run(ctx, o) }
	}},
	{"log", "Leaves imported, proofs and receipts of a large log, acts that publish, in one run", func(c *cobra.Command) func(context.Context) (figures, error) {
		f := c.Flags()
		var o logbench.Options
		whereFlags(c, &o.DSN, &o.Dir)
		f.IntVar(&o.Leaves, "leaves", 1_000_000, "leaves that are imported first, into an empty database")
		f.IntVar(&o.Callers, "callers", 64, "clients that each append and wait")
		f.DurationVar(&o.For, "for", 5*time.Second, "of appending")
		f.BoolVar(&o.Audit, "audit", false, "audit the log afterwards")
		return func(ctx context.Context) (figures, error) { return logbench.Run(ctx, o) }
	}},
	{"registry", "Organisations imported from a file, with the most memory, and found by code, name and parts of names", func(c *cobra.Command) func(context.Context) (figures, error) {
		f := c.Flags()
		var o registrybench.Options
		whereFlags(c, &o.DSN, &o.Dir)
		f.IntVar(&o.Orgs, "orgs", 100_000, "synthetic organisations that are imported, into an empty database")
		f.IntVar(&o.Questions, "questions", 300, "of each kind")
		f.Uint64Var(&o.Seed, "seed", 1, "of what is made up")
		return func(ctx context.Context) (figures, error) {
			o.Say = c.ErrOrStderr()
			return registrybench.Run(ctx, o)
		}
	}},
	{"rules", "Rules of an edition answered for many organisations: by columns and row by row, in one run", func(c *cobra.Command) func(context.Context) (figures, error) {
		f := c.Flags()
		var o schemebench.Options
		name := f.String("scheme", "schemes/cn-340000/voucher-entitlement/2026", "folder of the edition")
		f.IntVar(&o.Orgs, "orgs", 1_000_000, "synthetic organisations")
		f.IntVar(&o.Rows, "rows", 20_000, "of them that are judged row by row, too")
		seed := f.Uint64("seed", 1, "of what is made up")
		return func(ctx context.Context) (_ figures, err error) {
			if o.Scheme, err = loadPack(*name, "en", c.ErrOrStderr()); err != nil {
				return nil, err
			}
			o.Firms = population(o.Scheme, o.Orgs, *seed)
			return schemebench.Run(ctx, o)
		}
	}},
	{"search", "Questions over listings: time, memory, snapshot, and how soon a change is found", func(c *cobra.Command) func(context.Context) (figures, error) {
		var o searchbench.Options
		f := c.Flags()
		n := f.Int("listings", 1_000_000, "synthetic listings")
		kind := f.String("kind", "instrument", "of what kind; empty: of every kind")
		f.IntVar(&o.Questions, "questions", 0, "of each kind; default 1,000")
		f.StringVar(&o.Dir, "dir", "", "folder of the snapshot")
		f.Uint64Var(&o.Seed, "seed", 1, "of what is made up")
		return func(ctx context.Context) (figures, error) {
			o.Say = c.ErrOrStderr()
			if err := offeredTo(&o, *n, *kind); err != nil {
				return nil, err
			}
			return searchbench.Run(ctx, o)
		}
	}},
	{"reader", "Published text read whole, by the size of the document, on one core", func(c *cobra.Command) func(context.Context) (figures, error) {
		var o readerbench.Options
		c.Flags().DurationVar(&o.For, "for", 2*time.Second, "of each size")
		c.Flags().IntSliceVar(&o.Sizes, "sizes", nil, "bytes of the documents; default: 64 KiB, 1 MiB, 8 MiB")
		return func(ctx context.Context) (figures, error) { return readerbench.Run(ctx, o) }
	}},
}

func whereFlags(c *cobra.Command, dsn, dir *string) {
	f := c.Flags()
	f.StringVar(dsn, "dsn", "", "sqlite:PATH or postgres://…; default: a new SQLite file, removed afterwards")
	f.StringVar(dir, "dir", "", "folder of the new file")
}

func benchCommand() *cobra.Command {
	all := &cobra.Command{Use: "bench", Short: "Measure, with machine and versions; see docs/performance.md"}
	for _, b := range benches {
		c := &cobra.Command{Use: b.use, Short: b.short, Args: cobra.NoArgs}
		run := b.flags(c)
		asJSON := c.Flags().Bool("json", false, "print JSON")
		c.RunE = func(cmd *cobra.Command, _ []string) error {
			f, err := run(cmd.Context())
			if err != nil {
				return err
			}
			if *asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(f)
			}
			return f.Write(cmd.OutOrStdout())
		}
		all.AddCommand(c)
	}
	return all
}
