package child

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"corridor/internal/fault"
	"corridor/internal/reader/extract"
)

// TestMain is also the child: with CHILD it serves one document, or misbehaves in the way that the word names.
func TestMain(m *testing.M) {
	if len(os.Args) != 2 || !strings.HasPrefix(os.Args[1], "child:") {
		os.Exit(m.Run())
	}
	switch strings.TrimPrefix(os.Args[1], "child:") {
	case "serve":
	case "hang":
		time.Sleep(time.Hour)
	case "crash":
		panic("a parser fell over")
	case "eat": // takes its limits like any child, then all the memory there is
		if err := limit(256<<20, time.Minute); err != nil {
			panic(err)
		}
		var all [][]byte
		for {
			b := make([]byte, 16<<20)
			for i := range b {
				b[i] = byte(i)
			}
			all = append(all, b) //lint:ignore SA4010 what is held is never read: it only has to stay
		}
	case "spin":
		if err := limit(1<<30, 0); err != nil {
			panic(err)
		}
		for i := 0; ; i++ {
			_ = i
		}
	case "write": // a child may write no file
		if err := limit(1<<30, time.Minute); err != nil {
			panic(err)
		}
		f, err := os.CreateTemp("", "child")
		if err == nil {
			defer os.Remove(f.Name())
			_, err = f.WriteString("kept")
		}
		if err == nil {
			os.Exit(0)
		}
		os.Exit(7)
	}
	if err := Serve(os.Stdin, os.Stdout); err != nil {
		os.Stderr.WriteString(err.Error())
		os.Exit(1)
	}
	os.Exit(0)
}

func reader(t *testing.T, as string, c Config) *Reader {
	t.Helper()
	c.Command = []string{os.Args[0], "child:" + as}
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const news = "虚构市仪器中心揭牌\n\n2025年3月5日，虚构市科学仪器中心揭牌，首批入网仪器2136台（套），原值18.4亿元。虚构市科学技术局与示例大学签署战略合作协议。\n"

func TestAChildReadsLikeItsParent(t *testing.T) {
	want, err := extract.Read("a.txt", []byte(news), extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := reader(t, "serve", Config{}).Read(context.Background(), "a.txt", []byte(news), extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got.SHA256 != want.SHA256 || len(got.Articles) != 1 || len(got.Articles[0].Figures) != len(want.Articles[0].Figures) || len(got.Articles[0].Agreements) != 1 {
		t.Errorf("got %+v", got)
	}
}

// TestWhatBecomesOfAChild is the register of endings: what the child does, and what its caller is told.
func TestWhatBecomesOfAChild(t *testing.T) {
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	w, err := z.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	for range 200 { // 200 MiB in 200 KiB
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		as, name   string
		data       []byte
		time       time.Duration
		code, what string
	}{
		{"serve", "bomb.docx", bomb.Bytes(), time.Minute, "reader.bomb", "word/document.xml"},
		{"serve", "a.bin", []byte("\x89PNG\r\n"), time.Minute, "reader.binary", "PNG"},
		{"serve", "blank.txt", bytes.Repeat([]byte(" "), 16<<20), time.Minute, "reader.empty", ""},
		{"hang", "a.txt", []byte(news), 300 * time.Millisecond, "reader.bomb", "time"},
		{"spin", "a.txt", []byte(news), time.Minute, "reader.bomb", "time"},
		{"eat", "a.txt", []byte(news), time.Minute, "reader.bomb", "memory"},
		{"crash", "a.txt", []byte(news), time.Minute, "reader.damaged", "crash"},
		{"write", "a.txt", []byte(news), time.Minute, "reader.damaged", "crash"},
	} {
		_, err := reader(t, c.as, Config{Time: c.time}).Read(context.Background(), c.name, c.data, extract.Options{MaxBytes: 32 << 20})
		f := fault.Of(err)
		if err == nil || f.Code != c.code || c.what != "" && (len(f.Args) < 2 || f.Args[1] != c.what) {
			t.Errorf("%s of %s: %v", c.as, c.name, err)
		}
	}
}

func TestACallerThatLeavesTakesItsChildAlong(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(100*time.Millisecond, cancel)
	if _, err := reader(t, "hang", Config{}).Read(ctx, "a.txt", []byte(news), extract.Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestNewRefusesWhatIsNoLimit(t *testing.T) {
	for _, c := range []Config{{Memory: -1}, {Time: -1}, {Slots: -1}} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}
