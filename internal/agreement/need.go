package agreement

import (
	"context"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	needsMax     = 50   // of one task
	needWalkMax  = 5000 // tasks that one question about circles may look at
	needShownMax = 6    // of a circle, in the refusal
)

// Need says that a task waits for another. A circle is refused, and the refusal names it.
func (r *Register) Need(ctx context.Context, who access.Actor, id, needs unit.ID) error {
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		t, err := r.task(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if _, err := r.forPlanning(ctx, tx, who, t.Agreement); err != nil {
			return err
		}
		if _, err := r.task(ctx, tx, who, needs); err != nil {
			return fault.Of(err).On("needs")
		}
		if err := r.need(ctx, tx, id, needs); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "task.need", "task/"+string(id), string(needs))
	})
}

// DropNeed takes it back.
func (r *Register) DropNeed(ctx context.Context, who access.Actor, id, needs unit.ID) error {
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		t, err := r.task(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if _, err := r.forPlanning(ctx, tx, who, t.Agreement); err != nil {
			return err
		}
		if err := deleteNeed(ctx, tx, id, needs); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "task.need_drop", "task/"+string(id), string(needs))
	})
}

// need writes that id waits for needs, unless needs already waits for id, however far.
func (r *Register) need(ctx context.Context, tx *db.Tx, id, needs unit.ID) error {
	have, err := selectNeeds(ctx, tx, id)
	if err != nil {
		return err
	}
	if slices.Contains(have, needs) {
		return nil
	}
	if len(have) >= needsMax {
		return fault.New(fault.Invalid, "agreement.needs_many", "most", needsMax).On("needs")
	}
	circle, err := path(needs, id, func(at unit.ID) ([]unit.ID, error) { return selectNeeds(ctx, tx, at) })
	if err != nil {
		return err
	}
	if circle != nil {
		codes := make([]string, 0, len(circle))
		for _, at := range circle[:min(len(circle), needShownMax)] {
			t, err := selectTask(ctx, tx, at)
			if err != nil {
				return err
			}
			codes = append(codes, t.Code)
		}
		return fault.New(fault.Conflict, "agreement.circle", "circle", strings.Join(append(codes, codes[0]), " → ")).On("needs")
	}
	return insertNeed(ctx, tx, id, needs)
}

// path is a way along next from one to another, both included; nil when there is none. It is pure but for next.
func path[K comparable](from, to K, next func(K) ([]K, error)) ([]K, error) {
	came := map[K]K{from: from}
	queue := []K{from}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if at == to {
			way := []K{at}
			for at != from {
				at = came[at]
				way = append(way, at)
			}
			slices.Reverse(way)
			return way, nil
		}
		if len(came) > needWalkMax {
			return nil, fault.New(fault.TooLarge, "agreement.needs_deep", "most", needWalkMax).On("needs")
		}
		all, err := next(at)
		if err != nil {
			return nil, err
		}
		for _, n := range all {
			if _, seen := came[n]; !seen {
				came[n] = at
				queue = append(queue, n)
			}
		}
	}
	return nil, nil
}
