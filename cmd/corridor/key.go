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
	c.AddCommand(keyChange("rotate", "Make a new key of a stopped node's log; the one before signs beside it until `corridor key end`",
		"新密钥已生成，旧密钥在结束前同时签名；请把下面的公钥写入共同体文件的新版本", "the new key is made, the one before signs beside it; put this public key into the next community file", node.RotateKey),
		keyChange("end", "Let only the present key of a stopped node's log sign from now on",
			"今后只用这把密钥签名；以前的签名仍可用旧公钥核验", "only this key signs from now on; what was signed before stays checkable by the keys of then", node.EndFormer))
	return c
}

// keyChange is a command that changes the key file of a stopped node.
func keyChange(use, short, zh, en string, change func(folder string) (node.Key, error)) *cobra.Command {
	var dir string
	c := &cobra.Command{Use: use + " --dir DIR", Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		k, err := change(dir)
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s\n%s\n%s\n%s\n", zh, en, k.Public, k.Witness)
		return nil
	}}
	c.Flags().StringVar(&dir, "dir", "", "folder of the node")
	_ = c.MarkFlagRequired("dir")
	return c
}
