package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"corridor/internal/demo"
	"corridor/internal/node"
)

func auditCommand() *cobra.Command {
	var w where
	c := &cobra.Command{
		Use:   "audit --dir DIR [--dsn DSN]",
		Short: "Check that everything that is kept twice agrees: books, log, neighbours, files, cases",
		Long: `Opens the database of a node, or of every node of a demonstration, stopped or being served, and recomputes what can
be recomputed. Prints a line for each thing that does not fit and exits with 1 if there is one.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return audit(cmd.Context(), w.dir, w.dsn, cmd.OutOrStdout())
		},
	}
	w.flags(c)
	c.Flag("dir").Usage = "folder of a node, or of a demonstration"
	return c
}

func audit(ctx context.Context, dir, dsn string, out io.Writer) (err error) {
	nodes, err := openStopped(ctx, dir, dsn)
	defer func() {
		for _, n := range nodes {
			err = errors.Join(err, n.Close())
		}
	}()
	if err != nil {
		return err
	}
	return auditNodes(ctx, nodes, out)
}

// openStopped opens the nodes of a folder to look at them, stopped or being served. What it opened before a failure comes
// back with it, to be closed.
func openStopped(ctx context.Context, dir, dsn string) (nodes []*node.Node, err error) {
	folders, err := node.Folders(dir)
	if err != nil {
		return nil, err
	}
	if len(folders) > 1 && dsn != "" {
		return nil, usageError{fmt.Errorf("--dsn names one database, and %s holds %d nodes", dir, len(folders))}
	}
	now, err := demo.Now(dir)
	if err != nil {
		return nil, err
	}
	more, err := demo.Editions(dir)
	if err != nil {
		return nil, err
	}
	for _, folder := range folders {
		n, err := node.OpenFolder(ctx, node.Folder{Dir: folder, DSN: dsn, Now: now, ReadOnly: true, More: more})
		if err != nil {
			return nodes, err
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

// auditNodes prints what does not fit, and is errSaid when something does not.
func auditNodes(ctx context.Context, nodes []*node.Node, out io.Writer) error {
	bad := 0
	for _, n := range nodes {
		lines, err := n.Audit(ctx, func(string) {})
		if err != nil {
			return err
		}
		for _, l := range lines {
			fmt.Fprintln(out, l)
		}
		bad += len(lines)
		fmt.Fprintf(out, "核对 audit %s: %d 处不符 findings\n", n.Node.Code, len(lines))
	}
	if bad > 0 {
		return errSaid
	}
	return nil
}
