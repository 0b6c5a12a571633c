package demo

import (
	"bytes"
	"testing"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/files"
	"corridor/internal/log"
	"corridor/internal/registry"
	"corridor/internal/sheets"
	"corridor/internal/unit"
)

// offersOfDelta is how many instruments the four provinces have listed, as published in December 2024.
const offersOfDelta = 46_441

// BenchmarkImportListings takes the instruments of four provinces from one file into an empty database and publishes them, with their
// versions, their order of changes and a leaf of the log for each. Run it with -benchtime 1x.
func BenchmarkImportListings(b *testing.B) {
	var owners []registry.Org
	for _, province := range []unit.Region{Shanghai, Jiangsu, Zhejiang, Anhui} {
		owners = append(owners, Owners(300, province, offersSeed)...)
	}
	for _, format := range []sheets.Format{sheets.CSV, sheets.XLSX} {
		b.Run("sqlite/"+string(format), func(b *testing.B) { importOffers(b, dbtest.SQLite(b), format, owners) })
	}
	if dbtest.Postgres() {
		for _, format := range []sheets.Format{sheets.CSV, sheets.XLSX} {
			b.Run("postgres/"+string(format), func(b *testing.B) { importOffers(b, dbtest.PostgresDSN(b), format, owners) })
		}
	}
}

func importOffers(b *testing.B, dsn string, format sheets.Format, owners []registry.Org) {
	ok := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	for range b.N {
		b.StopTimer()
		d := dbtest.OpenAt(b, dsn, nil)
		a, err := access.New(access.Config{DB: d})
		ok(err)
		r, err := registry.New(registry.Config{DB: d, Access: a, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar(), Self: Office, IdentityKey: []byte("bench")})
		ok(err)
		store, err := files.New(files.Config{DB: d, Dir: b.TempDir()})
		ok(err)
		key, _ := log.NewKey("bench/30")
		l, err := log.New(log.Config{DB: d, Origin: "bench/30", Key: key})
		ok(err)
		c, err := catalogue.New(catalogue.Config{DB: d, Access: a, Registry: r, Files: store, Log: l, Regions: unit.GB2260(), Days: unit.NewDays(unit.ChinaCalendar())})
		ok(err)
		for from := 0; from < len(owners); from += 300 {
			ok(d.Act(b.Context(), func(tx *db.Tx) error {
				for _, o := range owners[from:min(from+300, len(owners))] {
					if err := r.Put(b.Context(), tx, access.System("bench"), o); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		k, _ := c.Kinds().Of("instrument")
		var file bytes.Buffer
		ok(WriteOffers(&file, format, k, Offers(offersOfDelta, "instrument", owners, 1)))
		b.StartTimer()
		rep, err := c.Take(b.Context(), access.System("bench"), catalogue.Import{Kind: "instrument", Name: "a." + string(format), File: bytes.NewReader(file.Bytes()), Publish: true})
		ok(err)
		b.StopTimer()
		if rep.Written != offersOfDelta || rep.New != offersOfDelta {
			b.Fatalf("written %d, new %d", rep.Written, rep.New)
		}
		b.ReportMetric(float64(rep.Written)/b.Elapsed().Seconds(), "rows/s")
		b.ReportMetric(float64(file.Len())/(1<<20), "MiB")
	}
}
