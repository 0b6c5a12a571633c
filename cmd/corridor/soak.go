package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"sort"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"corridor/internal/demo"
	"corridor/internal/demo/soak"
	"corridor/internal/reader/child"
)

func soakCommand() *cobra.Command {
	o := soak.Config{Troubles: soak.Troubles{}}
	calm := false
	c := &cobra.Command{
		Use:   "soak",
		Short: "Wear a community of five nodes out and check that nothing was lost and nothing happened twice",
		Long: `Runs five nodes as five processes, buys services across their borders, and meanwhile cuts and heals what lies between them,
doubles, delays and repeats letters, kills nodes without warning and sets their clocks apart. Afterwards every audit has to
be clean, and what the nodes say of each order has to be what a model of what was asked and answered allows.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Orders < 1 || o.Workers < 1 || o.Workers > 200 {
				return usageError{fmt.Errorf("--orders is at least 1, --workers between 1 and 200")}
			}
			if calm {
				o.Troubles, o.Skew = soak.Troubles{}, 0
			}
			drop, err := prepare(cmd, &o)
			if err != nil {
				return err
			}
			defer drop()
			rep, err := soak.Run(cmd.Context(), o)
			if err != nil {
				return err
			}
			return tell(cmd.OutOrStdout(), rep)
		},
	}
	f := c.Flags()
	f.IntVar(&o.Orders, "orders", 10_000, "orders to live")
	f.IntVar(&o.Batch, "batch", 0, "orders between two moves of the clock (default: a tenth of all)")
	f.IntVar(&o.Workers, "workers", 8, "orders that are lived at once")
	f.Uint64Var(&o.Seed, "seed", 1, "of what is bought and what breaks")
	f.DurationVar(&o.Skew, "skew", 2*time.Minute, "how far the clocks of the nodes stand from the world's, in both directions")
	f.Float64Var(&o.Troubles.Link, "links", 0.5, "chance in each second that a link becomes worse")
	f.Float64Var(&o.Troubles.Kill, "kills", 0.05, "chance in each second that a node is killed")
	f.DurationVar(&o.Troubles.Longest, "longest", 10*time.Second, "of one trouble")
	f.BoolVar(&calm, "calm", false, "no trouble at all, to compare with")
	placeFlags(f, &o)
	c.AddCommand(soakNodeCommand(), soakSlotsCommand(), soakPayersCommand())
	return c
}

// placeFlags say where a run has its community.
func placeFlags(f *pflag.FlagSet, o *soak.Config) {
	f.StringVar(&o.Dir, "dir", "", "folder of the community (default: a new temporary one, removed at the end)")
	f.IntVar(&o.BasePort, "base-port", 8130, "port of the office; the nodes take the ports above it")
}

// prepare gives a run its program, its folder and where it says what happens; drop removes a temporary folder.
func prepare(cmd *cobra.Command, o *soak.Config) (drop func(), err error) {
	o.Out = cmd.OutOrStdout()
	if o.Binary, err = os.Executable(); err != nil || o.Dir != "" {
		return func() {}, err
	}
	o.Dir, err = os.MkdirTemp("", "corridor-soak-")
	return func() { _ = os.RemoveAll(o.Dir) }, err
}

// amiss prints what a run found that may not be, and says whether there was any.
func amiss(out io.Writer, violations []soak.Violation, audit string) bool {
	for _, v := range violations {
		fmt.Fprintln(out, "VIOLATION", v)
	}
	if audit != "" {
		fmt.Fprintln(out, "AUDIT", audit)
	}
	return len(violations) > 0 || audit != ""
}

// tell prints the report; what was found wrong is the error.
func tell(out io.Writer, r soak.Report) error {
	fmt.Fprintf(out, "\n%d orders in %s: %d acts in %d requests of people, slowest %s; %d nodes were killed; %d monthly statements signed\n",
		r.Orders, r.Took.Round(time.Second), r.Acts, r.Tries, r.Slowest.Round(time.Millisecond), r.Kills, r.Months)
	for _, x := range []struct {
		what string
		of   map[string]int
	}{{"kinds", r.Kinds}, {"ends", r.Ends}, {"requests between nodes, by the state of their link", r.Requests}} {
		fmt.Fprintf(out, "%s:", x.what)
		names := make([]string, 0, len(x.of))
		for name := range x.of {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			fmt.Fprintf(out, " %s %d", name, x.of[name])
		}
		fmt.Fprintln(out)
	}
	bad := amiss(out, r.Violations, r.Audit)
	for _, m := range r.Missed {
		fmt.Fprintln(out, "NOT FOUND though it was put in:", m)
	}
	if bad || len(r.Missed) > 0 {
		return errSaid
	}
	fmt.Fprintf(out, "every audit is clean, and nothing was found that the model does not allow; of %d faults put into a copy of what was seen it found each\n", r.Planted)
	return nil
}

// soakNodeCommand is one node of a worn-out community, as the run starts it.
func soakNodeCommand() *cobra.Command {
	var o struct {
		dir, dsn, code, proxy string
		port                  int
		skew                  time.Duration
	}
	c := &cobra.Command{Use: "node", Short: "One node of a run", Args: cobra.NoArgs, Hidden: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var carry func(http.RoundTripper) http.RoundTripper
			if o.proxy != "" {
				u, err := url.Parse(o.proxy)
				if err != nil {
					return usageError{err}
				}
				carry = func(http.RoundTripper) http.RoundTripper {
					return &http.Transport{Proxy: http.ProxyURL(u), MaxIdleConnsPerHost: 16}
				}
			}
			uploads, err := child.New(child.Config{})
			if err != nil {
				return err
			}
			return demo.Apart(cmd.Context(), demo.Config{Dir: o.dir, DSN: demo.DSNs(o.dsn), BasePort: o.port, Extract: uploads, Carry: carry,
				Logger: slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn}))}, o.code, o.skew)
		}}
	f := c.Flags()
	f.StringVar(&o.dir, "dir", "", "folder of the community")
	f.StringVar(&o.dsn, "dsn", "", "as corridor demo has it")
	f.StringVar(&o.code, "code", "", "of the node")
	f.StringVar(&o.proxy, "proxy", "", "through which it asks the others")
	f.IntVar(&o.port, "base-port", 0, "of the office")
	f.DurationVar(&o.skew, "skew", 0, "of its clock")
	return c
}

// soakSlotsCommand breaks something at each step of holding money and slot together.
func soakSlotsCommand() *cobra.Command {
	var o soak.Config
	c := &cobra.Command{
		Use:   "slots",
		Short: "Kill nodes and lose letters at each step of holding money and slot together",
		Long: `Runs the node of a firm and the node of an instrument as two processes and lives orders that hold, confirm and give back a slot
with the money. Around each step one thing is broken: either node is killed before or after the letter, the answer is lost,
letters come twice or again. After each step both sides have to come to the same state by themselves; in the end no money is
held and every audit is clean.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			drop, err := prepare(cmd, &o)
			if err != nil {
				return err
			}
			defer drop()
			rep, err := soak.Slots(cmd.Context(), o)
			if err != nil {
				return err
			}
			if amiss(o.Out, rep.Violations, rep.Audit) {
				return errSaid
			}
			fmt.Fprintf(o.Out, "%d steps, %d nodes killed: after each both sides had the same state; every audit is clean\n", rep.Steps, rep.Kills)
			return nil
		},
	}
	f := c.Flags()
	f.Uint64Var(&o.Seed, "seed", 1, "of which old letters come again")
	placeFlags(f, &o)
	return c
}

// soakPayersCommand breaks something at each letter between a lead case and one of its payers.
func soakPayersCommand() *cobra.Command {
	var o soak.Config
	once := false
	c := &cobra.Command{
		Use:   "payers",
		Short: "Kill nodes and lose letters at each step of a case that several jurisdictions pay",
		Long: `Runs the node of a lead case and the nodes of two other payers as three processes and lives topics that all of them pay, from
which one withdraws, and which the lead gives up. Around each letter between the lead and one payer one thing is broken: either
node is killed before or after the letter, the answer is lost, letters come twice or again. After each step both sides have to say
the same of each other by themselves; in the end each has paid what it owes once, no money is held and every audit is clean.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			drop, err := prepare(cmd, &o)
			if err != nil {
				return err
			}
			defer drop()
			rep, err := soak.Payers(cmd.Context(), o, once)
			if err != nil {
				return err
			}
			if amiss(o.Out, rep.Violations, rep.Audit) {
				return errSaid
			}
			fmt.Fprintf(o.Out, "%d topics, %d steps, %d nodes killed: after each both sides said the same; each payer paid once; every audit is clean\n", rep.Topics, rep.Steps, rep.Kills)
			return nil
		},
	}
	f := c.Flags()
	f.Uint64Var(&o.Seed, "seed", 1, "of which old letters come again")
	f.BoolVar(&once, "once", false, "one kind of trouble at each step, in turn, instead of each at each")
	placeFlags(f, &o)
	return c
}
