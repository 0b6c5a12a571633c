package log_test

import (
	"os"
	"strings"
	"testing"

	corridorlog "corridor/internal/log"
)

// Receipts are in people's hands: one that was handed out in the first version verifies for ever. The file is never written anew.
func TestAReceiptOfTheFirstVersionStillVerifies(t *testing.T) {
	receipt, err := os.ReadFile("testdata/receipt-v1.txt")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := os.ReadFile("testdata/receipt-v1.keys")
	if err != nil {
		t.Fatal(err)
	}
	v, err := corridorlog.VerifyReceipt(receipt, string(keys))
	if err != nil {
		t.Fatal(err)
	}
	if v.Index != 5 || v.Size != 6 || v.Kind != "voucher.paid" || v.Object != "case/5" || string(v.Record) != "公开记录 a public record" || strings.Join(v.Witnesses, " ") != "31.corridor.example/log/witness" {
		t.Errorf("%+v", v)
	}
}
