package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"corridor/internal/fault"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
)

// receiptBytesMax is the largest receipt that is read.
const receiptBytesMax = 1 << 20

func verifyCommand() *cobra.Command {
	var key string
	c := &cobra.Command{
		Use:   "verify FILE [--key KEY]",
		Short: "Check a receipt or a certificate offline",
		Long: `Checks that the leaf of a receipt stands in a log that the key has signed. Nothing is asked of anybody.
FILE is a receipt or a certificate, or - for standard input. KEY is the log's public key or a file that holds it. A certificate
brings its key and the community file that names it; without --key compare the fingerprint that is printed with the issuer's.
Exits with 1 if anything is false, and says which part.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return verify(args[0], key, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	c.Flags().StringVar(&key, "key", "", "the log's public key, or a file that holds it")
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
	if federation.IsCertificate(receipt) {
		return verifyCertificate(receipt, key, out)
	}
	if strings.TrimSpace(key) == "" {
		return usageError{errors.New("a receipt is checked with --key")}
	}
	v, err := corridorlog.VerifyReceipt(receipt, strings.TrimSpace(key))
	if err != nil {
		return sayFalse(err, out)
	}
	fmt.Fprintf(out, "属实 TRUE\n日志 log      %s\n序号 index    %d\n类别 kind     %s\n日期 day      %s\n内容 fields   %s\n", v.Origin, v.Index, v.Kind, v.Day, v.Fields)
	return nil
}

// sayFalse prints which part is false.
func sayFalse(err error, out io.Writer) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	fmt.Fprintf(out, "不实 FALSE\n%s\n%s\n", f.Sentence(fault.ZH), f.Sentence(fault.EN))
	return errSaid
}

func verifyCertificate(file []byte, key string, out io.Writer) error {
	v, err := federation.VerifyCertificate(file, key)
	if err != nil {
		return sayFalse(err, out)
	}
	until := ""
	if v.Until.Valid() {
		until = v.Until.String()
	}
	holder := v.Org + " " + v.Holder[0] + " " + v.Holder[1]
	if p := v.Person; p != nil {
		holder = strings.Join(strings.Fields(p.Name+" "+p.No+" "+p.Hint), " ")
	}
	fmt.Fprintf(out, "属实 TRUE\n持有 holder       %s\n资质 label        %s %s %s\n由谁 issuer       %s\n起止 days         %s — %s\n日志 log          %s #%d\n指纹 fingerprint  %s\n",
		holder, v.Label, v.Title[0], v.Title[1], v.Issuer, v.Since, until, v.Origin, v.Index, v.Fingerprint)
	if v.Community.Version > 0 {
		fmt.Fprintf(out, "共同体 community  %s %s, version %d, %d signatures\n", v.Community.Title[0], v.Community.Title[1], v.Community.Version, v.Signed)
	}
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
