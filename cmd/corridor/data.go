package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/demo"
	"corridor/internal/fault"
	"corridor/internal/node"
	"corridor/internal/registry"
	"corridor/internal/web"
)

// badShown is how many bad cells are printed.
const badShown = 100

// where says which database a command is about.
type where struct{ dir, dsn string }

func (w *where) flags(c *cobra.Command) {
	c.Flags().StringVar(&w.dir, "dir", "", "folder of the node")
	c.Flags().StringVar(&w.dsn, "dsn", "", "its database, where that is not SQLite in the folder")
	_ = c.MarkFlagRequired("dir")
}

// database is the DSN that the flags mean.
func (w where) database() string {
	if w.dsn != "" {
		return w.dsn
	}
	return "sqlite:" + filepath.Join(w.dir, node.DatabaseName)
}

// open opens the node of a folder to act in it; the caller closes it.
func (w where) open(ctx context.Context) (*node.Node, error) {
	key, err := demo.ReadKey(w.dir)
	if err != nil {
		return nil, err
	}
	now, err := demo.Now(w.dir)
	if err != nil {
		return nil, err
	}
	return node.Open(ctx, node.Config{Node: web.Node{Code: filepath.Base(w.dir) + "0000"}, Dir: w.dir, DSN: w.dsn, Key: key.Private, Origin: key.Origin, Now: now})
}

func backupCommand() *cobra.Command {
	var w where
	c := &cobra.Command{
		Use:   "backup --dir DIR FILE",
		Short: "Copy a node's SQLite database while it is being served",
		Long: `Writes a consistent copy of the database to a new file. The copy is checked and durable when the command ends.
The folder of files and the key are copied with ordinary tools. PostgreSQL is backed up with its own; see docs/operating.md.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			d, err := db.Open(cmd.Context(), db.Config{DSN: w.database(), ReadOnly: true})
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, d.Close()) }()
			if err := d.Backup(cmd.Context(), args[0]); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "已备份 backed up: %s\n", args[0])
			return nil
		},
	}
	w.flags(c)
	return c
}

func restoreCommand() *cobra.Command {
	var dir string
	var other bool
	c := &cobra.Command{
		Use:   "restore --dir DIR FILE",
		Short: "Put a backup in the place of a stopped node's SQLite database",
		Long: `Checks the backup first: a damaged one, or one of another node, changes nothing. What stood there is kept beside it.
A node that publishes a log must not be set back behind what its neighbours have seen; look at their /neighbours first.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			before, err := db.Restore(cmd.Context(), args[0], filepath.Join(dir, node.DatabaseName), other)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "已恢复 restored from %s\n", args[0])
			if before != "" {
				fmt.Fprintf(cmd.OutOrStdout(), "原数据库 what stood there: %s\n", before)
			}
			return nil
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "folder of the node")
	c.Flags().BoolVar(&other, "other-node", false, "the backup is of another node, and that is meant")
	_ = c.MarkFlagRequired("dir")
	return c
}

func migrateCommand() *cobra.Command {
	var w where
	c := &cobra.Command{
		Use:   "migrate --dir DIR",
		Short: "Bring the schema of a stopped node's database to the newest step",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			now, err := demo.Now(w.dir)
			if err != nil {
				return err
			}
			d, err := db.Open(cmd.Context(), db.Config{DSN: w.database(), Now: now})
			if err != nil {
				return err
			}
			all, err := db.Migrations()
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "结构已是最新 the schema is the newest: %s\n", all[len(all)-1].Name)
			}
			return errors.Join(err, d.Close())
		},
	}
	w.flags(c)
	return c
}

func importCommand() *cobra.Command {
	var w where
	var partial, dry bool
	var source string
	c := &cobra.Command{
		Use:   "import KIND FILE.xlsx|csv",
		Short: "Take organisations and what is known of them from a spreadsheet",
		Long: `Takes all rows or, with --partial, the good ones. Each bad cell is named by sheet, row and column. KIND is one of:
` + strings.Join(registry.ImportKinds(), ", "),
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
