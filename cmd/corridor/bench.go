package main

import (
	"encoding/json"
	"time"

	"github.com/spf13/cobra"

	"corridor/internal/ledger/bench"
	logbench "corridor/internal/log/bench"
)

func benchCommand() *cobra.Command {
	c := &cobra.Command{Use: "bench", Short: "Measure, with machine and versions; see docs/performance.md"}
	c.AddCommand(benchLedger(), benchLog())
	return c
}

func benchLedger() *cobra.Command {
	var o bench.Options
	var asJSON bool
	c := &cobra.Command{
		Use:   "ledger",
		Short: "Durable transfers a second: a transaction each, grouped, and in bulk, in one run",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := bench.Run(cmd.Context(), o)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(f)
			}
			return f.Write(cmd.OutOrStdout())
		},
	}
	f := c.Flags()
	f.StringVar(&o.DSN, "dsn", "", "sqlite:PATH or postgres://…; default: a new SQLite file, removed afterwards")
	f.StringVar(&o.Dir, "dir", "", "folder of the new file")
	f.IntVar(&o.Callers, "callers", 64, "clients that each wait for their answer")
	f.DurationVar(&o.For, "for", 5*time.Second, "of each way")
	f.BoolVar(&o.Audit, "audit", true, "audit the books afterwards")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func benchLog() *cobra.Command {
	var o logbench.Options
	var asJSON bool
	c := &cobra.Command{
		Use:   "log",
		Short: "Leaves imported, proofs and receipts of a large log, acts that publish, in one run",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := logbench.Run(cmd.Context(), o)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(f)
			}
			return f.Write(cmd.OutOrStdout())
		},
	}
	f := c.Flags()
	f.StringVar(&o.DSN, "dsn", "", "sqlite:PATH or postgres://… of an empty database; default: a new SQLite file, removed afterwards")
	f.StringVar(&o.Dir, "dir", "", "folder of the new file")
	f.IntVar(&o.Leaves, "leaves", 1_000_000, "leaves that are imported first")
	f.IntVar(&o.Callers, "callers", 64, "clients that each append and wait")
	f.DurationVar(&o.For, "for", 5*time.Second, "of appending")
	f.BoolVar(&o.Audit, "audit", false, "audit the log afterwards")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return c
}
