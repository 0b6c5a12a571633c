package indicator_test

import (
	"context"
	"fmt"
	"testing"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

// BenchmarkPageOf7000 reads a page of the entries of a figure that 7,000 leaves make: the first and the last.
func BenchmarkPageOf7000(b *testing.B) {
	ctx := context.Background()
	d := dbtest.Open(b, nil)
	private, _ := corridorlog.NewKey("log.example/34")
	l, err := corridorlog.New(corridorlog.Config{DB: d, Origin: "log.example/34", Key: private})
	if err != nil {
		b.Fatal(err)
	}
	for from := 0; from < 7000; from += 500 {
		err := d.Act(ctx, func(tx *db.Tx) error {
			for i := from; i < from+500; i++ {
				leaf := corridorlog.Leaf{Kind: "voucher.paid", Day: unit.Date(2024, 3, 1).Add(i / 12), Fields: map[string]any{"payable": 100 + i, "firm.region": "340100", "form.provider.region": "310115", "form.service": "testing"}, Object: "case/X"}
				if _, err := l.Append(ctx, tx, leaf); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			_, err = l.Sequence(ctx)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	kept := book(b, d)
	for _, page := range []int{1, 70} {
		b.Run(fmt.Sprint(page), func(b *testing.B) {
			for b.Loop() {
				f, err := kept.Figure(ctx, "voucher-sum-paid", page)
				if err != nil || f.Total != 7000 || len(f.Entries) != 100 {
					b.Fatal(f.Total, len(f.Entries), err)
				}
			}
		})
	}
}
