package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"corridor/internal/db"
	"corridor/internal/demo"
	"corridor/internal/node"
)

// where says which database a command is about.
type where struct{ dir, dsn string }

func (w *where) flags(c *cobra.Command) {
	c.Flags().StringVar(&w.dir, "dir", "", "folder of the node")
	c.Flags().StringVar(&w.dsn, "dsn", "", "its database, where that is not SQLite in the folder")
	_ = c.MarkFlagRequired("dir")
}

// folder is the node that the flags mean, by its own time.
func (w where) folder() (node.Folder, error) {
	now, err := demo.Now(w.dir)
	if err != nil {
		return node.Folder{}, err
	}
	more, err := demo.Editions(w.dir)
	return node.Folder{Dir: w.dir, DSN: w.dsn, Now: now, More: more}, err
}

// open opens the node to act in it; the caller closes it.
func (w where) open(ctx context.Context) (*node.Node, error) {
	f, err := w.folder()
	if err != nil {
		return nil, err
	}
	return node.OpenFolder(ctx, f)
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
			d, err := db.Open(cmd.Context(), db.Config{DSN: node.Folder{Dir: w.dir, DSN: w.dsn}.Database(), ReadOnly: true})
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
A node that publishes a log must not be set back behind what its neighbours have seen: it is not served again before
corridor recover has compared it with them and fetched back what it lost.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			before := ""
			if err := node.RestoreFolder(cmd.Context(), args[0], dir, other, &before); err != nil {
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
			f, err := w.folder()
			if err != nil {
				return err
			}
			d, err := db.Open(cmd.Context(), db.Config{DSN: f.Database(), Now: f.Now})
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
