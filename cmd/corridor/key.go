package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"corridor/internal/node"
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
			k, err := node.MakeKey(out, args[0])
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), k.Public)
			return nil
		},
	}
	c.Flags().StringVar(&out, "out", "", "file for the private key")
	_ = c.MarkFlagRequired("out")
	return c
}
