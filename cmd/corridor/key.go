package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	corridorlog "corridor/internal/log"
)

func keyCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "key NAME --out FILE",
		Short: "Make the key of a node's log",
		Long: `Makes a new key pair for the log called NAME, such as log.example.gov/34. FILE gets the private key and must not
exist yet; the public key is printed, to be given to the neighbours.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%s exists; a key is never overwritten", out)
			}
			private, public := corridorlog.NewKey(args[0])
			if err := os.WriteFile(out, []byte(private+"\n"+public+"\n"), 0o600); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), public)
			return nil
		},
	}
	c.Flags().StringVar(&out, "out", "", "file for the private key")
	_ = c.MarkFlagRequired("out")
	return c
}
