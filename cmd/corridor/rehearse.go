package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"corridor/internal/node"
)

func rehearseCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "rehearse " + strings.Join(node.Rehearsals, "|") + "|all",
		Short: "Rehearse what to do when something goes wrong, on a throw-away community",
		Long: `Starts three real nodes on this machine and plays: a restore from an old backup, the loss of a log's key, a node
that is away for days, a wrong clock, a fork, a new epoch. Prints each step with ok or FAIL and exits with 1 at the first that did not hold.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil))) // what the nodes log is expected to be bad
			names := args
			if args[0] == "all" {
				names = node.Rehearsals
			}
			for _, name := range names {
				folder := dir
				if folder == "" {
					made, err := os.MkdirTemp("", "corridor-rehearsal-")
					if err != nil {
						return err
					}
					defer os.RemoveAll(made)
					folder = made
				} else {
					folder += "/" + name
				}
				fmt.Fprintf(cmd.OutOrStdout(), "演练 rehearsal: %s\n", name)
				if err := node.Rehearse(cmd.Context(), name, folder, cmd.OutOrStdout()); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "folder to keep the databases of the drill; none is a temporary one")
	return c
}

func recoverCommand() *cobra.Command {
	var file, dir string
	var alone bool
	c := &cobra.Command{
		Use:   "recover --config FILE | --dir DIR",
		Short: "Compare a restored node's log with what its neighbours have seen, and fetch back what it lost",
		Long: `For a node whose database was set back to a backup: it does not serve until this command has ended well. Each neighbour of
the settings and of the database is asked for what it has verified of this node's log; leaves that are missing here are put back
and listed, and the letters between the two are fetched back. What the leaves were about has to be done again by people: a neighbour
holds only what was public. A neighbour that is silent gives its letters back when it answers; nothing is written to it before.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if (file == "") == (dir == "") {
				return usageError{errors.New("either --config or --dir is needed")}
			}
			c, err := recovering(file, dir)
			if err != nil {
				return err
			}
			c.Logger = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			seen, err := node.RecoverFolder(cmd.Context(), c, alone)
			for _, r := range seen {
				if r.Silent != nil {
					fmt.Fprintf(cmd.OutOrStdout(), "%s 没有回答 did not answer: %v\n", r.Peer.Code, r.Silent)
					continue
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s 已核到第 %d 条，取回 %d 条和 %d 封信 has verified %d leaves, %d came back, and %d letters\n", r.Peer.Code, r.Size, r.Put, r.Letters, r.Size, r.Put, r.Letters)
			}
			if err == nil {
				fmt.Fprintln(cmd.OutOrStdout(), "可以启动 the node may be served")
			}
			return err
		},
	}
	c.Flags().StringVar(&file, "config", "", "settings of the node")
	c.Flags().StringVar(&dir, "dir", "", "folder of the node, where its neighbours stand in the community file")
	c.Flags().BoolVar(&alone, "alone", false, "serve it although no neighbour answers: nothing was published since the backup")
	return c
}

// recovering is the node that is meant.
func recovering(file, dir string) (node.Config, error) {
	if dir != "" {
		f, err := where{dir: dir}.folder()
		if err != nil {
			return node.Config{}, err
		}
		return f.Config()
	}
	s, err := readSettings(file, os.LookupEnv)
	if err != nil {
		return node.Config{}, err
	}
	return s.node(io.Discard)
}
