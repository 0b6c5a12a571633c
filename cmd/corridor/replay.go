package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"corridor/internal/casework"
	"corridor/internal/fault"
)

func replayCommand() *cobra.Command {
	var dir, dsn string
	var asJSON bool
	c := &cobra.Command{
		Use:   "replay CASE",
		Short: "Judge the past decisions of a case again, from what each kept",
		Long: `Opens the database of a node, or of every node of a demonstration, finds the case by its number or id, and judges each
of its decisions again from the facts that were kept with it and the edition that the case keeps. Exits with 1 if one does
not come out as it did.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return replay(cmd.Context(), dir, dsn, args[0], asJSON, cmd.OutOrStdout())
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "folder of a node, or of a demonstration")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().StringVar(&dsn, "dsn", "", "postgres://… of the node whose files and key are in --dir")
	_ = c.MarkFlagRequired("dir")
	return c
}

// replayLine is one decision, as --json prints it.
type replayLine struct {
	Case    string   `json:"case"`
	Edition string   `json:"edition"`
	Step    int      `json:"step"`
	Action  string   `json:"action"`
	Verdict string   `json:"verdict"`
	Digest  string   `json:"digest"`
	Differ  []string `json:"differ"`
}

func replay(ctx context.Context, dir, dsn, no string, asJSON bool, out io.Writer) (err error) {
	nodes, err := openStopped(ctx, dir, dsn)
	defer func() {
		for _, n := range nodes {
			err = errors.Join(err, n.Close())
		}
	}()
	if err != nil {
		return err
	}
	for _, n := range nodes {
		c, all, err := n.Cases.ReplayNo(ctx, no)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		return printReplay(c, all, asJSON, out)
	}
	return fault.New(fault.NotFound, "casework.unknown")
}

func printReplay(c casework.Case, all []casework.Replayed, asJSON bool, out io.Writer) error {
	lines, same := []replayLine{}, true
	for _, r := range all {
		same = same && len(r.Differ) == 0
		lines = append(lines, replayLine{c.No, c.EditionDigest, r.Step.No, r.Step.Action, string(r.Step.Decision.Verdict), r.Digest, append([]string{}, r.Differ...)})
	}
	if asJSON {
		if err := json.NewEncoder(out).Encode(lines); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(out, "%s %s %s\n", c.No, c.Title.In(fault.ZH), c.Title.In(fault.EN))
		for _, l := range lines {
			fmt.Fprintf(out, "%3d  %-20s %-8s sha256 %.16s  %s\n", l.Step, l.Action, l.Verdict, l.Digest, sameWords(l.Differ))
			for _, d := range l.Differ {
				fmt.Fprintf(out, "     %s\n", d)
			}
		}
	}
	if !same {
		return errSaid
	}
	return nil
}

func sameWords(differ []string) string {
	if len(differ) == 0 {
		return "一致 same"
	}
	return "不一致 differs"
}
