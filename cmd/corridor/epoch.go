package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
	"corridor/internal/node"
)

func epochCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "epoch propose|begin",
		Short: "Let a node that lost part of its log, or its key for good, go on in a new epoch that its neighbours countersign",
		Long: `For a stopped node whose log cannot go on as its neighbours have seen it: corridor recover could not fetch back what was lost,
or the key is gone and no community file can introduce another. propose writes a statement: from which leaf on, under which new key.
Each neighbour's officer compares the key by telephone and countersigns the statement at /trust/epochs; begin takes their copies and
lets the node go on once enough have signed. Nobody can declare a new epoch alone.`,
	}
	c.AddCommand(epochPropose(), epochBegin())
	return c
}

// epochNode is the stopped node that is meant.
func epochNode(cmd *cobra.Command, file, dir string) (node.Config, error) {
	if (file == "") == (dir == "") {
		return node.Config{}, usageError{errors.New("either --config or --dir is needed")}
	}
	c, err := recovering(file, dir)
	c.Logger = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
	return c, err
}

func epochPropose() *cobra.Command {
	var file, dir, out string
	var plan node.EpochPlan
	c := &cobra.Command{
		Use:   "propose --config FILE | --dir DIR --why TEXT --out FILE",
		Short: "Write the statement of a new epoch for the neighbours to countersign",
		Long: `Fetches back what the neighbours hold, makes the key of the new epoch (log.key.next in the node's folder) and writes the statement.
FILE is public: send it to the neighbours' officers, and tell them the fingerprint that is printed by another way.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := epochNode(cmd, file, dir)
			if err != nil {
				return err
			}
			note, e, err := node.ProposeEpoch(cmd.Context(), cfg, plan)
			if err != nil {
				return err
			}
			if err := os.WriteFile(out, note, 0o644); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "第 %d 纪元声明，自第 %d 条起 statement of epoch %d, from leaf %d on: %s\n新密钥指纹 fingerprint of the new key: %s\n", e.Epoch, e.Size, e.Epoch, e.Size, out, corridorlog.Fingerprint(e.Key))
			return nil
		},
	}
	c.Flags().StringVar(&file, "config", "", "settings of the node")
	c.Flags().StringVar(&dir, "dir", "", "folder of the node, where its neighbours stand in the community file")
	c.Flags().StringVar(&out, "out", "", "file for the statement")
	c.Flags().StringVar(&plan.Why, "why", "", "what happened, for everybody to read")
	c.Flags().BoolVar(&plan.AsRestored, "as-restored", false, "fetch nothing back: go on from where the backup ends")
	c.Flags().BoolVar(&plan.KeyLost, "key-lost", false, "the key by which the neighbours know the log is gone")
	c.Flags().StringArrayVar(&plan.Ended, "ended", nil, "verifier key by which neighbours know the log, where its database does not name it")
	_, _ = c.MarkFlagRequired("out"), c.MarkFlagRequired("why")
	return c
}

func epochBegin() *cobra.Command {
	var file, dir string
	c := &cobra.Command{
		Use:   "begin --config FILE | --dir DIR STATEMENT…",
		Short: "Go on in a new epoch that enough neighbours have countersigned",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := epochNode(cmd, file, dir)
			if err != nil {
				return err
			}
			var notes [][]byte
			for _, name := range args {
				b, err := readSome(name)
				if err != nil {
					return err
				}
				notes = append(notes, b)
			}
			e, by, err := node.BeginEpoch(cmd.Context(), cfg, notes...)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "第 %d 纪元已开始，由 %v 会签；可以启动 epoch %d has begun, countersigned by %v; the node may be served\n%s\n%s\n", e.Epoch, by, e.Epoch, by, e.Key, e.Witness)
			if cfg.Secret == "" {
				fmt.Fprintf(cmd.OutOrStdout(), "没有设置 secret：请把 %s/log.key.epoch-%d 第一行设为 secret，否则一次性口令等须重设 no secret is set: make the first line of that file the secret, else one-time codes are set up anew\n", cfg.Dir, e.Epoch-1)
			}
			return nil
		},
	}
	c.Flags().StringVar(&file, "config", "", "settings of the node")
	c.Flags().StringVar(&dir, "dir", "", "folder of the node, where its neighbours stand in the community file")
	return c
}

// readSome reads a file that is no larger than a statement.
func readSome(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, federation.EpochNoteMax))
}
