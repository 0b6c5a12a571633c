package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"corridor/internal/demo"
	"corridor/internal/node"
	"corridor/internal/web"
)

func auditCommand() *cobra.Command {
	var dir, dsn string
	c := &cobra.Command{
		Use:   "audit",
		Short: "Check that everything that is kept twice agrees: books, log, neighbours, files, cases",
		Long: `Opens the database of a node, or of every node of a demonstration, stopped or being served, and recomputes what can
be recomputed. Prints a line for each thing that does not fit and exits with 1 if there is one.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return audit(cmd.Context(), dir, dsn, cmd.OutOrStdout()) },
	}
	c.Flags().StringVar(&dir, "dir", "", "folder of a node, or of a demonstration")
	c.Flags().StringVar(&dsn, "dsn", "", "postgres://… of the node whose files and key are in --dir")
	_ = c.MarkFlagRequired("dir")
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
	folders := []string{dir}
	if dsn == "" {
		folders, err = nodeFolders(dir)
	}
	if err != nil {
		return nil, err
	}
	packs, err := demo.Schemes()
	if err != nil {
		return nil, err
	}
	now, err := demo.Now(dir)
	if err != nil {
		return nil, err
	}
	for _, folder := range folders {
		key, err := demo.ReadKey(folder)
		if err != nil {
			return nodes, err
		}
		n, err := node.Open(ctx, node.Config{Node: web.Node{Code: filepath.Base(folder) + "0000"}, Dir: folder, DSN: dsn, Key: key.Private, Origin: key.Origin, Schemes: packs, Now: now, ReadOnly: true})
		if err != nil {
			return nodes, err
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

// nodeFolders is the folder itself where a node's database lies in it, else those below that have one.
func nodeFolders(dir string) ([]string, error) {
	if _, err := os.Stat(filepath.Join(dir, node.DatabaseName)); err == nil {
		return []string{dir}, nil
	}
	found, err := filepath.Glob(filepath.Join(dir, "*", node.DatabaseName))
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s holds no node: %w", dir, fs.ErrNotExist)
	}
	for i := range found {
		found[i] = filepath.Dir(found[i])
	}
	return found, nil
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
