package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/unit"
)

// apiNode are the operations of who keeps the node, and the clock of a demonstration.
func (s *Server) apiNode() {
	type jobCountOut struct {
		Kind    string `json:"kind"`
		Waiting int    `json:"waiting"`
		Dead    int    `json:"dead" doc:"given up: a person decides"`
		Oldest  string `json:"oldest" doc:"when the waiting one that is due first is due"`
	}
	type jobOut struct {
		ID       string `json:"id"`
		Kind     string `json:"kind"`
		Key      string `json:"key"`
		Attempts int    `json:"attempts"`
		Tried    string `json:"tried"`
		Problem  string `json:"problem" doc:"of the last attempt, for the operator"`
	}
	type jobsIn struct {
		After string `query:"after"`
	}
	type jobsOut struct {
		Kinds []jobCountOut `json:"kinds"`
		Dead  []jobOut      `json:"dead"`
		Next  string        `json:"next"`
	}
	operate(s, "GET", "/api/v1/jobs", access.JobsManage, "Jobs that wait, and those that were given up", func(ctx context.Context, a asked, i *jobsIn) (*body[jobsOut], error) {
		counts, dead, next, err := s.deadJobs(ctx, unit.ID(i.After))
		if err != nil {
			return nil, err
		}
		o := jobsOut{Kinds: []jobCountOut{}, Dead: []jobOut{}, Next: string(next)}
		for _, c := range counts {
			o.Kinds = append(o.Kinds, jobCountOut{c.Kind, c.Waiting, c.Dead, iso(c.Oldest)})
		}
		for _, j := range dead {
			o.Dead = append(o.Dead, jobOut{string(j.ID), j.Kind, j.Key, j.Attempts, iso(j.Tried), j.Problem})
		}
		return answer(o)
	})
	type decideJobIn struct {
		ID   string `path:"id"`
		Body struct {
			Do   string `json:"do" enum:"requeue,drop"`
			Kind string `json:"kind,omitempty" required:"false" doc:"of a job that is dropped"`
			Key  string `json:"key,omitempty" required:"false" doc:"of a job that is dropped"`
		}
	}
	type decided struct {
		Done string `json:"done" enum:"requeued,dropped"`
	}
	operate(s, "POST", "/api/v1/jobs/{id}", access.JobsManage, "Queue a job that was given up again, or drop it", func(ctx context.Context, a asked, i *decideJobIn) (*body[decided], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		done, err := s.doJob(ctx, a.who, id, i.Body.Do, i.Body.Kind, i.Body.Key)
		if err != nil {
			return nil, err
		}
		return answer(decided{done})
	})
	if s.c.Clock == nil {
		return
	}
	type clockIn struct {
		Body struct {
			Days int `json:"days" minimum:"1" maximum:"366"`
		}
	}
	type clockOut struct {
		Now string `json:"now"`
	}
	operate(s, "POST", "/api/v1/demo/clock", access.DemoClock, "Move the clock of the demonstration forward", func(_ context.Context, _ asked, i *clockIn) (*body[clockOut], error) {
		d, err := days(int64(i.Body.Days))
		if err != nil {
			return nil, err
		}
		if err := s.c.Clock.Advance(d); err != nil {
			return nil, err
		}
		return answer(clockOut{iso(s.c.Clock.Now())})
	})
}
