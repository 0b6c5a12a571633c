package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"corridor/internal/fault"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

// receiptBytesMax is the largest receipt that is read.
const receiptBytesMax = 1 << 20

func verifyCommand() *cobra.Command {
	var key, on string
	c := &cobra.Command{
		Use:   "verify FILE [--key KEY] [--on DAY]",
		Short: "Check a receipt, a certificate or a disclosure offline",
		Long: `Checks that the leaf of a receipt stands in a log that the key has signed. Nothing is asked of anybody.
FILE is a receipt, a certificate or what an organisation disclosed, or - for standard input. KEY is the log's public key or a file that holds it. A certificate
brings its key and the community file that names it; without --key compare the fingerprint that is printed with the issuer's.
A disclosure whose last day is over on DAY (today) is refused; whether it was taken back is known to the log alone.
Exits with 1 if anything is false, and says which part.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return verify(args[0], key, on, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	c.Flags().StringVar(&key, "key", "", "the log's public key, or a file that holds it")
	c.Flags().StringVar(&on, "on", "", "day on which a disclosure has to hold, as 2026-03-31; today by default")
	return c
}

func verify(path, key, on string, in io.Reader, out io.Writer) error {
	receipt, err := readLimited(path, in)
	if err != nil {
		return err
	}
	if b, err := os.ReadFile(key); err == nil {
		key = string(b)
	}
	if federation.IsCertificate(receipt) {
		return verifyCertificate(receipt, key, on, out)
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

func verifyCertificate(file []byte, key, on string, out io.Writer) error {
	v, err := federation.VerifyCertificate(file, key)
	if err != nil {
		return sayFalse(err, out)
	}
	if v.Disclosure != nil {
		return verifyDisclosure(v, on, out)
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

// verifyDisclosure prints what a disclosure shows, unless its last day is over.
func verifyDisclosure(v federation.Shown, on string, out io.Writer) error {
	day := unit.DayOf(time.Now(), unit.Beijing())
	if on != "" {
		var err error
		if day, err = unit.ParseDay(on); err != nil {
			return usageError{err}
		}
	}
	d := v.Disclosure
	if day > d.Until {
		return sayFalse(fault.New(fault.Gone, "casework.disclosure_expired", "until", d.Until), out)
	}
	fmt.Fprintf(out, "属实 TRUE\n企业 organisation %s %s %s\n办件 case         %s %s %s\n给谁 for          %s\n起止 days         %s — %s\n由谁 vouched by   %s\n日志 log          %s #%d\n指纹 fingerprint  %s\n",
		d.Org, d.Name[0], d.Name[1], d.Case, d.Title[0], d.Title[1], strings.Join(d.For, " "), d.Made, d.Until, d.Node, v.Origin, v.Index, v.Fingerprint)
	for _, l := range d.Facts.Labels {
		fmt.Fprintf(out, "资质 label        %s %s %s %s %s — %s\n", l.Label, l.Title[0], l.Title[1], l.Issuer, l.Since, l.Until)
	}
	for _, p := range d.Facts.Paid {
		fmt.Fprintf(out, "已付 paid         %s %s %s %s %s\n", p.Case, p.Title[0], p.Title[1], p.On, p.Fen())
	}
	for _, c := range d.Facts.Contracts {
		fmt.Fprintf(out, "合同 contract     %s %s %s %s %s %s\n", c.Case, c.Title[0], c.Title[1], c.With, c.Since, c.Fen())
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
