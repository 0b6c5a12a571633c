package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/ledger"
)

func postCommand() *cobra.Command {
	var w where
	var dry bool
	c := &cobra.Command{
		Use:   "post FILE.csv",
		Short: "Open accounts and enter transfers in the books of a stopped node, from a CSV",
		Long: `Says for each line what happened, and exits with 1 if one was refused. A file with a cell that cannot be read enters nothing.
Giving a file again enters nothing twice: the id of a transfer is its key. Columns, in any order:
  kind      open, post, hold, capture or release
  id        of the transfer                        amount    in yuan: 1,234.56 or 1.7亿元
  debit     account the money leaves, or to open   credit    account where it arrives
  asset     of an account: CNY                     floor     yes: the account never goes below zero
  of        id of the hold                         last      yes: a capture that frees the rest
  reverses  id of the entry that it mirrors        linked    yes: entered with the line before, or not at all
  ref, note what it belongs to; a sentence`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer f.Close()
			list, bad, err := ledger.ParsePostings(f)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			for _, b := range bad {
				fmt.Fprintf(out, "行 line %d %s: %s %s\n", b.Line, b.Column, b.Fault.Sentence(fault.ZH), b.Fault.Sentence(fault.EN))
			}
			if len(bad) > 0 {
				return fmt.Errorf("%d lines cannot be read; nothing was entered", len(bad))
			}
			if dry {
				fmt.Fprintf(out, "%d 行可读 lines can be read\n", len(list))
				return nil
			}
			n, err := w.open(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, n.Close()) }()
			// Whoever can write to the node's folder administers the node.
			who := access.System("post")
			done, err := n.Ledger.Take(cmd.Context(), list, func(ctx context.Context, tx *db.Tx, said []ledger.Posted) error {
				fresh := 0
				for _, p := range said {
					if p.New {
						fresh++
					}
				}
				return n.Access.Record(ctx, tx, who, access.Entry{Act: "books.post", Object: "file/" + args[0], Detail: fmt.Sprintf("lines %d-%d, new %d", said[0].Line, said[len(said)-1].Line, fresh)})
			})
			if err != nil {
				return err
			}
			return printPosted(out, done)
		},
	}
	w.flags(c)
	c.Flags().BoolVar(&dry, "dry-run", false, "read the file only")
	return c
}

// printPosted prints what became of each line that is not new, and how many there are of each.
func printPosted(out io.Writer, done []ledger.Posted) error {
	fresh, same, refused := 0, 0, 0
	for _, p := range done {
		switch {
		case p.Refused != nil:
			refused++
			fmt.Fprintf(out, "行 line %d %s: %s %s\n", p.Line, p.ID, p.Refused.Sentence(fault.ZH), p.Refused.Sentence(fault.EN))
		case p.New:
			fresh++
		default:
			same++
		}
	}
	fmt.Fprintf(out, "%d 行 lines: 新 new %d, 同 same %d, 拒 refused %d\n", len(done), fresh, same, refused)
	if refused > 0 {
		return errSaid
	}
	return nil
}
