package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"corridor/internal/access"
	"corridor/internal/calendar"
	"corridor/internal/catalogue"
	"corridor/internal/fault"
	"corridor/internal/node"
	"corridor/internal/registry"
)

// badShown is how many bad cells are printed.
const badShown = 100

func importCommand() *cobra.Command {
	var w where
	var partial, dry bool
	var source, title string
	var listings catalogue.Import
	c := &cobra.Command{
		Use:   "import KIND FILE.xlsx|csv",
		Short: "Take organisations and what is known of them from a spreadsheet, or a holiday notice",
		Long: `Takes all rows or, with --partial, the good ones. Each bad cell is named by sheet, row and column. KIND is one of:
` + strings.Join(registry.ImportKinds(), ", ") + `, listings

KIND listings takes what is offered: --kind is the kind of listing (instrument, service, data …), --owner whose the rows are
that do not say it, --publish publishes at once. A row with a number that its owner has listed changes that listing, one
without news is passed over, so a file that was cut off is simply taken again.

KIND calendar takes a year's holiday notice (CSV: date,day,zh,source), all of it or nothing: --title is its name or number,
--source where it is published; --dry-run shows which days change. Of a node that is being served it is loaded on the page
/calendar instead.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			f, err := os.Open(args[1])
			if err != nil {
				return err
			}
			defer f.Close()
			n, err := w.open(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, n.Close()) }()
			// Whoever can write to the node's folder administers the node.
			who := access.System("import")
			who.Grants = []access.Grant{{Role: "node_admin"}}
			if args[0] == calendarKind {
				return importNotice(cmd.Context(), n, who, f, calendar.Notice{Title: title, Source: source}, dry, cmd.OutOrStdout())
			}
			if args[0] == listingsKind {
				listings.Name, listings.File, listings.Partial, listings.Dry = args[1], f, partial, dry
				listings.Progress = func(p registry.Progress) { progress(cmd.ErrOrStderr(), p) }
				rep, err := n.Catalogue.Take(cmd.Context(), access.System("import"), listings)
				if rep.Rows > 0 {
					printReport(cmd.OutOrStdout(), rep)
				}
				return err
			}
			rep, err := n.Registry.Take(cmd.Context(), who, registry.Import{Kind: args[0], Name: args[1], File: f, Source: source, Partial: partial, Dry: dry,
				Progress: func(p registry.Progress) { progress(cmd.ErrOrStderr(), p) }})
			if err != nil {
				return err
			}
			printReport(cmd.OutOrStdout(), rep)
			return nil
		},
	}
	w.flags(c)
	c.Flags().BoolVar(&partial, "partial", false, "take the good rows when there are bad ones")
	c.Flags().BoolVar(&dry, "dry-run", false, "check only")
	c.Flags().StringVar(&title, "title", "", "name or number of a holiday notice")
	c.Flags().StringVar(&listings.Kind, "kind", "instrument", "kind of listing")
	c.Flags().StringVar(&listings.Owner, "owner", "", "credit code of the organisation whose the listings are")
	c.Flags().BoolVar(&listings.Publish, "publish", false, "publish new listings at once")
	c.Flags().StringVar(&source, "source", "", "who vouches for rows that do not say it")
	return c
}

func progress(w io.Writer, p registry.Progress) {
	what := "核对 checked"
	if p.Writing {
		what = "写入 written"
	}
	fmt.Fprintf(w, "\r%s %d", what, p.Done)
	if p.Total > 0 {
		fmt.Fprintf(w, "/%d", p.Total)
	}
}

// printReport prints what became of the rows, and each bad cell.
func printReport(out io.Writer, r registry.Report) {
	fmt.Fprintf(out, "\n%d 行 rows: 新 new %d, 改 changed %d, 同 same %d, 错 bad %d, 写入 written %d\n", r.Rows, r.New, r.Changed, r.Same, r.BadRows, r.Written)
	for i, b := range r.Bad {
		if i == badShown {
			fmt.Fprintf(out, "… %d\n", len(r.Bad)-badShown)
			break
		}
		place := fmt.Sprintf("%s%d", b.Column, b.Row)
		if b.Sheet != "" {
			place = b.Sheet + "!" + place
		}
		fmt.Fprintf(out, "%s %s %q: %s %s\n", place, b.Header, b.Text, b.Fault.Sentence(fault.ZH), b.Fault.Sentence(fault.EN))
	}
	for _, u := range r.Unknown {
		fmt.Fprintf(out, "未用的列 column left aside: %s\n", u)
	}
}

// listingsKind is the kind of import that is a file of listings.
const listingsKind = "listings"

// calendarKind is the kind of import that is a holiday notice.
const calendarKind = "calendar"

// noticeBytesMax is the largest file of a notice that is read; calendar refuses sooner.
const noticeBytesMax = 1 << 20

// importNotice loads a holiday notice, or says what it would do, and prints the days that change.
func importNotice(ctx context.Context, n *node.Node, who access.Actor, from io.Reader, notice calendar.Notice, dry bool, out io.Writer) error {
	text, err := io.ReadAll(io.LimitReader(from, noticeBytesMax))
	if err != nil {
		return err
	}
	notice.Text = string(text)
	var p calendar.Plan
	if dry {
		p, err = n.Calendar.Try(notice.Text)
	} else {
		notice, p, err = n.Calendar.Load(ctx, who, notice)
	}
	if err != nil {
		return err
	}
	for _, c := range p.Changes {
		what := "放假 day off"
		if c.Works {
			what = "上班 worked"
		}
		fmt.Fprintf(out, "%s  %s  %s\n", c.Day, what, c.Name)
	}
	did := "已载入 loaded"
	if dry {
		did = "只核对 checked only"
	}
	fmt.Fprintf(out, "%s: %d, %d 天有变 days change\n", did, p.Year, len(p.Changes))
	return nil
}
