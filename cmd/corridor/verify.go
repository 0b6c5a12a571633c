package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
)

// receiptBytesMax is the largest receipt that is read.
const receiptBytesMax = 1 << 20

func verifyCommand() *cobra.Command {
	var key string
	c := &cobra.Command{
		Use:   "verify RECEIPT --key KEY",
		Short: "Check a receipt offline",
		Long: `Checks that the leaf of a receipt stands in a log that the key has signed. Nothing is asked of anybody.
RECEIPT is a file, or - for standard input. KEY is the log's public key or a file that holds it.
Exits with 1 if anything is false, and says which part.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return verify(args[0], key, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	c.Flags().StringVar(&key, "key", "", "the log's public key, or a file that holds it")
	_ = c.MarkFlagRequired("key")
	return c
}

func verify(path, key string, in io.Reader, out io.Writer) error {
	receipt, err := readLimited(path, in)
	if err != nil {
		return err
	}
	if b, err := os.ReadFile(key); err == nil {
		key = string(b)
	}
	v, err := corridorlog.VerifyReceipt(receipt, strings.TrimSpace(key))
	if err != nil {
		var f *fault.Error
		if !errors.As(err, &f) {
			return err
		}
		fmt.Fprintf(out, "不实 FALSE\n%s\n%s\n", f.Sentence(fault.ZH), f.Sentence(fault.EN))
		return errSaid
	}
	fmt.Fprintf(out, "属实 TRUE\n日志 log      %s\n序号 index    %d\n类别 kind     %s\n日期 day      %s\n内容 fields   %s\n", v.Origin, v.Index, v.Kind, v.Day, v.Fields)
	return nil
}

func readLimited(path string, in io.Reader) ([]byte, error) {
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, receiptBytesMax+1))
	if err == nil && len(b) > receiptBytesMax {
		err = fmt.Errorf("%s is over %d bytes and no receipt", path, receiptBytesMax)
	}
	return b, err
}
