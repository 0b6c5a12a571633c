package db

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Job is what an act leaves to be done after it, or at a time: a letter to a neighbour, a mail, a clock that runs out.
// It is written in the act's transaction, so it exists if and only if the act does, and it is gone when it is done.
// There is one job of a kind for each key at a time.
type Job struct {
	ID       unit.ID
	Kind     string // "federation.letter": the room and what it is
	Key      string // what it is about; the ID when empty
	Body     []byte
	Due      time.Time // zero: at once
	Made     time.Time
	Attempts int
	Dead     bool      // given up: a person looks at it and requeues or drops it
	Problem  string    // of the last attempt, for the operator
	Tried    time.Time // the last attempt; zero before the first
}

const (
	jobBodyMax    = 1 << 20 // bytes
	jobPageMax    = 200
	jobProblemMax = 2000 // bytes of a problem that are kept
)

// Leave leaves a job. When there is one of the kind with that key already, it stays as it is; its ID is returned.
func (tx *Tx) Leave(ctx context.Context, j Job) (unit.ID, error) {
	if j.Kind == "" {
		return "", fmt.Errorf("a job without a kind")
	}
	if len(j.Body) > jobBodyMax {
		return "", fault.New(fault.TooLarge, "db.job_body", "max", jobBodyMax)
	}
	if j.Body == nil {
		j.Body = []byte{}
	}
	j.ID = unit.NewID(tx.now)
	if j.Key == "" {
		j.Key = string(j.ID)
	}
	due := Micros(tx.now)
	if !j.Due.IsZero() {
		due = Micros(j.Due)
	}
	var id unit.ID
	if err := tx.QueryRow(ctx, sqlJobLeave, j.ID, j.Kind, j.Key, j.Body, due, Micros(tx.now)).Scan(&id); err != nil {
		return "", fmt.Errorf("leave a job %s %s: %w", j.Kind, j.Key, err)
	}
	tx.job = true
	return id, nil
}

// Postpone moves a waiting job to another time, with all its attempts again, and says whether there is one. One that is
// being done is done to its end, whatever comes of it, and again at its new time.
func (tx *Tx) Postpone(ctx context.Context, kind, key string, due time.Time) (bool, error) {
	n, err := tx.Exec(ctx, sqlJobPostpone, kind, key, Micros(due))
	tx.job = tx.job || n == 1
	return n == 1, err
}

// Drop removes a job, waiting or dead, and says whether there was one. One that is being done is done to its end.
func (tx *Tx) Drop(ctx context.Context, kind, key string) (bool, error) {
	n, err := tx.Exec(ctx, sqlJobDrop, kind, key)
	return n == 1, err
}

// DeadJobs lists what was given up, oldest first, after an ID.
func (tx *Tx) DeadJobs(ctx context.Context, after unit.ID, limit int) ([]Job, error) {
	if limit < 1 || limit > jobPageMax {
		limit = jobPageMax
	}
	rows, err := tx.Query(ctx, sqlJobDead, string(after), limit)
	if err != nil {
		return nil, fmt.Errorf("list dead jobs: %w", err)
	}
	defer rows.Close()
	var jobs []Job
	for rows.Next() {
		j := Job{Dead: true}
		var due, made, tried int64
		if err := rows.Scan(&j.ID, &j.Kind, &j.Key, &j.Body, &due, &made, &j.Attempts, &j.Problem, &tried); err != nil {
			return nil, fmt.Errorf("list dead jobs: %w", err)
		}
		j.Due, j.Made, j.Tried = Time(due), Time(made), Time(tried)
		jobs = append(jobs, j)
	}
	return jobs, rows.Err()
}

// Requeue gives a dead job all its attempts again, due at once.
func (tx *Tx) Requeue(ctx context.Context, id unit.ID) error {
	n, err := tx.Exec(ctx, sqlJobRequeue, id, Micros(tx.now))
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "db.job_unknown", "id", id)
	}
	tx.job = true
	return err
}

// JobCount says how much there is of a kind.
type JobCount struct {
	Kind          string
	Waiting, Dead int
	Oldest        time.Time // when the waiting job that is due first was or will be due; zero without one
}

// JobCounts counts the jobs of each kind, for health and metrics.
func (tx *Tx) JobCounts(ctx context.Context) ([]JobCount, error) {
	rows, err := tx.Query(ctx, sqlJobCount)
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	defer rows.Close()
	var counts []JobCount
	for rows.Next() {
		var c JobCount
		var oldest int64
		if err := rows.Scan(&c.Kind, &c.Waiting, &c.Dead, &oldest); err != nil {
			return nil, fmt.Errorf("count jobs: %w", err)
		}
		if c.Waiting > 0 {
			c.Oldest = Time(oldest)
		}
		counts = append(counts, c)
	}
	return counts, rows.Err()
}
