package db_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
)

// A bell is rung when an act is kept, finds what it wrote, and is not rung by one that is undone.
func TestAnActRingsOnceItIsKept(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		ctx, bell := context.Background(), db.NewBell()
		no := errors.New("no")
		if err := d.Act(ctx, func(tx *db.Tx) error { tx.Ring(bell); return no }); !errors.Is(err, no) {
			t.Fatal(err)
		}
		select {
		case <-bell:
			t.Fatal("an act that was undone has rung")
		default:
		}
		if err := d.Act(ctx, func(tx *db.Tx) error { tx.Ring(bell); tx.Ring(bell); return nil }); err != nil {
			t.Fatal(err)
		}
		select {
		case <-bell:
		case <-time.After(time.Minute):
			t.Fatal("nothing has rung")
		}
		select {
		case <-bell:
			t.Error("it is heard twice")
		default:
		}
	})
}
