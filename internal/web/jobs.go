package web

import (
	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

type jobsPage struct {
	Counts []db.JobCount
	Dead   []db.Job
	Next   string // address of the next page
}

// jobs shows what waits to be done by itself, and what was given up.
func (v *visit) jobs() error {
	after := unit.ID(v.r.URL.Query().Get("after"))
	var p jobsPage
	err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
		if p.Counts, err = tx.JobCounts(v.ctx()); err != nil {
			return err
		}
		p.Dead, err = tx.DeadJobs(v.ctx(), after, pageRows+1)
		return err
	})
	if err != nil {
		return err
	}
	if len(p.Dead) > pageRows {
		p.Dead = p.Dead[:pageRows]
		p.Next = "/jobs?after=" + string(p.Dead[pageRows-1].ID)
	}
	return v.show("jobs", v.t("后台作业", "Jobs"), p)
}

// decideJob queues a dead job again, or drops it.
func (v *visit) decideJob() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	done := map[string]string{"requeue": "requeued", "drop": "dropped"}[f.Get("do")]
	if done == "" {
		return fault.New(fault.Invalid, "web.form")
	}
	err = v.s.c.DB.Act(v.ctx(), func(tx *db.Tx) error {
		if done == "requeued" {
			err = tx.Requeue(v.ctx(), id)
		} else {
			_, err = tx.Drop(v.ctx(), f.Get("kind"), f.Get("key"))
		}
		if err != nil {
			return err
		}
		return v.s.c.Access.Record(v.ctx(), tx, v.who, access.Entry{Act: "job." + done, Object: "job/" + string(id), Detail: f.Get("kind")})
	})
	if err != nil {
		return err
	}
	return v.to("/jobs", done)
}
