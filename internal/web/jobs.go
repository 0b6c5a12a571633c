package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

type jobsPage struct {
	Counts []db.JobCount
	Dead   []db.Job
	Next   string // address of the next page
	Export exportView
}

// jobs shows what waits to be done by itself, and what was given up.
func (v *visit) jobs() error {
	if v.wantsFile() {
		return v.jobsFile()
	}
	after := unit.ID(v.r.URL.Query().Get("after"))
	p := jobsPage{Export: v.exports()}
	var next unit.ID
	var err error
	if p.Counts, p.Dead, next, err = v.s.deadJobs(v.ctx(), after); err != nil {
		return err
	}
	if next != "" {
		p.Next = "/jobs?after=" + string(next)
	}
	return v.show("jobs", v.t("后台作业", "Jobs"), p)
}

// deadJobs counts the jobs of each kind, and lists one page of those that were given up.
func (s *Server) deadJobs(ctx context.Context, after unit.ID) (counts []db.JobCount, dead []db.Job, next unit.ID, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if counts, err = tx.JobCounts(ctx); err != nil {
			return err
		}
		dead, err = tx.DeadJobs(ctx, after, pageRows+1)
		return err
	})
	if len(dead) > pageRows {
		dead = dead[:pageRows]
		next = dead[pageRows-1].ID
	}
	return counts, dead, next, err
}

// decideJob queues a dead job again, or drops it.
func (v *visit) decideJob() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	done, err := v.s.doJob(v.ctx(), v.who, id, f.Get("do"), f.Get("kind"), f.Get("key"))
	if err != nil {
		return err
	}
	return v.to("/jobs", done)
}

// doJob queues a dead job again ("requeue"), or drops it ("drop"; it is named by its kind and key too), and leaves an
// entry in the journal. It answers with what was done.
func (s *Server) doJob(ctx context.Context, who access.Actor, id unit.ID, do, kind, key string) (done string, err error) {
	if done = map[string]string{"requeue": "requeued", "drop": "dropped"}[do]; done == "" {
		return "", fault.New(fault.Invalid, "web.choice").On("do")
	}
	return done, s.c.DB.Act(ctx, func(tx *db.Tx) error {
		if done == "requeued" {
			err = tx.Requeue(ctx, id)
		} else {
			_, err = tx.Drop(ctx, kind, key)
		}
		if err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "job." + done, Object: "job/" + string(id), Detail: kind})
	})
}
