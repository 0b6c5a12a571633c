package calendar

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// recountJob works through the open work of one room after one notice, a piece at a time: its key is ROOM/NOTICE/FROM.
const recountJob = "calendar.recount"

// leave leaves the first piece of each room.
func (b *Book) leave(ctx context.Context, tx *db.Tx, notice unit.ID) error {
	for _, room := range slices.Sorted(maps.Keys(b.room)) {
		if _, err := tx.Leave(ctx, db.Job{Kind: recountJob, Key: room + "/" + string(notice) + "/"}); err != nil {
			return err
		}
	}
	return nil
}

// Handlers do the jobs that this room leaves.
func (b *Book) Handlers() map[string]db.Handler {
	return map[string]db.Handler{recountJob: {In: b.recount}}
}

// recount does one piece and leaves the next in the same act, so that each is done exactly once.
func (b *Book) recount(ctx context.Context, tx *db.Tx, j db.Job) error {
	part := strings.Split(j.Key, "/")
	if len(part) != 3 || b.room[part[0]] == nil {
		return db.GiveUp(fmt.Errorf("job %s has no room to recount", j.Key))
	}
	notice := unit.ID(part[1])
	before, err := b.upTo(ctx, tx, notice)
	if err != nil {
		return err
	}
	n, err := selectNotice(ctx, tx, notice)
	if err != nil {
		return err
	}
	after, err := with(before, n)
	if err != nil {
		return err
	}
	next, err := b.room[part[0]].Recount(ctx, tx, notice, before, after, unit.ID(part[2]))
	if err != nil {
		return fmt.Errorf("recount %s after the notice of %d: %w", part[0], n.Year, err)
	}
	if next == "" {
		return nil
	}
	_, err = tx.Leave(ctx, db.Job{Kind: recountJob, Key: part[0] + "/" + part[1] + "/" + string(next)})
	return err
}
