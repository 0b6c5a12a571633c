package registry

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db/measure"
	"corridor/internal/unit"
)

// Speed is what Measure found: an import and searches over what was imported.
type Speed struct {
	Orgs      int
	FileBytes int64
	Import    time.Duration // reading, checking and writing
	CPU       time.Duration // of the process meanwhile; 0 where the system does not tell
	PeakBytes int64         // of the whole process so far; 0 where the system does not tell
	Asked     []Asked
}

// Asked is the time that one kind of question took.
type Asked struct {
	What          string
	N             int
	Found         int // questions that found something
	P50, P99, Max time.Duration
	CPU           time.Duration // of the process for each question; 0 where the system does not tell
}

// Synthetic organisations are made of these; any likeness to a real one's name is undone by the mark behind it.
var (
	madeFirst  = []rune("华中新东南北江海天宇明光德信安泰瑞恒达远博创智科联合金玉龙凤云星辰景盛昌兴隆和平康宁佳美丰源润泽")
	madeFields = []string{"电池材料", "集成电路", "生物医药", "智能装备", "新能源", "汽车零部件", "软件", "环保科技", "精密机械", "化工", "纺织", "食品", "物流", "医疗器械", "光电", "机器人", "航空材料", "农业科技", "信息技术", "建筑设计"}
	madeForms  = []string{"有限公司", "股份有限公司", "有限责任公司", "集团有限公司", "科技有限公司"}
)

const madeMark = "（演示）"

// WriteSynthetic writes a CSV of n made-up firms of the delta's four provinces, the same for the same seed. Their codes
// have a right check digit and a subject code that is given to nobody.
func WriteSynthetic(w io.Writer, regions *unit.Regions, n int, seed uint64) error {
	rnd := rand.New(rand.NewPCG(seed, 1))
	day := unit.Date(2026, 1, 1)
	var places []unit.Region
	for _, province := range []unit.Region{"310000", "320000", "330000", "340000"} {
		for _, city := range regions.Children(province, day) {
			places = append(append(places, city), regions.Children(city, day)...)
		}
	}
	out := csv.NewWriter(bufio.NewWriterSize(w, 1<<20))
	if err := out.Write([]string{"统一社会信用代码", "名称", "机构类型", "行政区划代码", "行业代码", "成立日期", "演示数据"}); err != nil {
		return err
	}
	industries := unit.Industry("C").Children()
	for i := range n {
		code, place, err := madeCode(rnd, places, i)
		if err != nil {
			return err
		}
		founded := day.Add(-rnd.IntN(9000)).String()
		if err := out.Write([]string{string(code), MadeName(rnd, regions, place), "firm", string(place), string(industries[rnd.IntN(len(industries))]), founded, "是"}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func madeCode(rnd *rand.Rand, places []unit.Region, i int) (unit.USCC, unit.Region, error) {
	place := places[rnd.IntN(len(places))]
	subject, err := unit.MakeSubject("DEM" + fmt.Sprintf("%05s", strings.ToUpper(strconv.FormatInt(int64(i), 18)))) // digits and A to H
	if err != nil {
		return "", "", err
	}
	code, err := unit.MakeUSCC("91" + string(place) + subject)
	return code, place, err
}

// MadeName makes up a Chinese name for a firm of a place, as such names are put together, with a mark that it is made up. Two
// firms may get the same one.
func MadeName(rnd *rand.Rand, regions *unit.Regions, place unit.Region) string {
	var b strings.Builder
	city := regions.City(place)
	if city == "" {
		city = place
	}
	name := regions.Name(city, unit.Date(2026, 1, 1))[0]
	if rnd.IntN(2) == 0 {
		name = strings.TrimSuffix(name, "市")
	}
	b.WriteString(name)
	for range 2 + rnd.IntN(3) {
		b.WriteRune(madeFirst[rnd.IntN(len(madeFirst))])
	}
	b.WriteString(madeFields[rnd.IntN(len(madeFields))])
	b.WriteString(madeForms[rnd.IntN(len(madeForms))])
	b.WriteString(madeMark)
	return b.String()
}

// Measure imports n synthetic organisations through Take and then asks for some of them, questions times in each way.
// The registry should be one of its own: the organisations stay. say is told of the progress.
func (r *Registry) Measure(ctx context.Context, who access.Actor, n, questions int, seed uint64, say func(Progress)) (s Speed, err error) {
	f, err := os.CreateTemp("", "corridor-synthetic-*.csv")
	if err != nil {
		return s, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := WriteSynthetic(f, r.c.Regions, n, seed); err != nil {
		return s, err
	}
	if s.FileBytes, err = f.Seek(0, io.SeekCurrent); err != nil {
		return s, err
	}
	s.Orgs = n
	begin, cpu := time.Now(), measure.CPU()
	rep, err := r.Take(ctx, who, Import{Kind: organisations.id, Name: "synthetic.csv", File: f, Source: "synthetic", Progress: say})
	if err != nil {
		return s, err
	}
	if s.Import = time.Since(begin); rep.Written != n {
		return s, fmt.Errorf("%d of %d organisations were written", rep.Written, n)
	}
	s.PeakBytes, s.CPU = peakBytes(), measure.CPU()-cpu
	return s, r.MeasureFinding(ctx, f, n, questions, seed, &s)
}

// MeasureFinding asks for organisations of a file that WriteSynthetic wrote and that was imported.
func (r *Registry) MeasureFinding(ctx context.Context, file io.ReadSeeker, n, questions int, seed uint64, s *Speed) error {
	picked, err := pick(file, n, questions, seed)
	if err != nil {
		return err
	}
	middle := func(name string, length int) string {
		cs := []rune(strings.TrimSuffix(name, madeMark))
		at := min(len(cs)/4, max(len(cs)-length, 0))
		return string(cs[at:min(at+length, len(cs))])
	}
	for _, ask := range []struct {
		what string
		of   func(i int, code, name, region string) Query
	}{
		{"by code", func(_ int, code, _, _ string) Query { return Query{Text: code} }},
		{"by the beginning of a code", func(_ int, code, _, _ string) Query { return Query{Text: code[:11]} }},
		{"by name", func(_ int, _, name, _ string) Query { return Query{Text: name} }},
		{"by four characters out of a name", func(_ int, _, name, _ string) Query { return Query{Text: middle(name, 4)} }},
		{"by two characters", func(_ int, _, name, _ string) Query { return Query{Text: middle(name, 2)} }},
		{"by two words", func(i int, _, name, _ string) Query {
			return Query{Text: string([]rune(name)[:2]) + " " + madeFields[i%len(madeFields)]}
		}},
		{"by a common word in a district", func(i int, _, _, region string) Query {
			return Query{Text: madeFields[i%len(madeFields)], Region: unit.Region(region), Kind: "firm"}
		}},
		{"by a word that most names have", func(i int, _, _, _ string) Query { return Query{Text: madeForms[i%len(madeForms)]} }},
	} {
		a := Asked{What: ask.what, N: len(picked)}
		times, cpu := make([]time.Duration, 0, len(picked)), measure.CPU()
		for i, row := range picked {
			q := ask.of(i, row[0], row[1], row[3])
			begin := time.Now()
			found, err := r.Search(ctx, q)
			if err != nil {
				return fmt.Errorf("%s: %q: %w", ask.what, q.Text, err)
			}
			times = append(times, time.Since(begin))
			if found.Total > 0 {
				a.Found++
			}
		}
		a.CPU = (measure.CPU() - cpu) / time.Duration(max(len(picked), 1))
		slices.Sort(times)
		if len(times) > 0 {
			a.P50, a.P99, a.Max = times[len(times)/2], times[len(times)*99/100], times[len(times)-1]
		}
		s.Asked = append(s.Asked, a)
	}
	return nil
}

// pick reads some rows of the file, spread over all of it.
func pick(file io.ReadSeeker, n, some int, seed uint64) (rows [][]string, err error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	r := csv.NewReader(bufio.NewReaderSize(file, 1<<20))
	if _, err := r.Read(); err != nil {
		return nil, err
	}
	rnd := rand.New(rand.NewPCG(seed, 2))
	for i := range n {
		row, err := r.Read()
		if err != nil {
			return nil, err
		}
		if rnd.IntN(n-i) < some-len(rows) { // each row has the same chance, and in the end there are so many
			rows = append(rows, row)
		}
	}
	rnd.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return rows, nil
}

// peakBytes is the most memory that the process ever held, as Linux tells it; elsewhere what Go took from the system.
func peakBytes() int64 {
	if b, err := os.ReadFile("/proc/self/status"); err == nil {
		for _, l := range strings.Split(string(b), "\n") {
			if v, ok := strings.CutPrefix(l, "VmHWM:"); ok {
				kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(v, "kB")), 10, 64)
				if err == nil {
					return kb << 10
				}
			}
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}
