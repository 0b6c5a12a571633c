package extract

// Document is all that one file says. Its JSON is the contract of `corridor read --json`.
type Document struct {
	File     string    `json:"file"`
	SHA256   string    `json:"sha256"`
	Format   Format    `json:"format"`
	Encoding string    `json:"encoding"` // utf-8, gb18030, utf-16le or utf-16be
	Articles []Article `json:"articles"`
	Noise    []Noise   `json:"noise"`
	Repairs  []Repair  `json:"repairs"`
	Warnings []string  `json:"warnings"`
	// Mends are the places of the repairs in their order, at most mendsMax.
	Mends []Mend `json:"mends,omitempty"`
	// Text is set for PDF and DOCX only: the text taken out of the file, into which the spans then point.
	Text string `json:"text,omitempty"`
}

// Format is what the bytes were found to be; the file's name is only a hint.
type Format string

const (
	FormatText     Format = "text"
	FormatHTML     Format = "html"
	FormatMarkdown Format = "markdown"
	FormatPDF      Format = "pdf"
	FormatDOCX     Format = "docx"
)

// Span is a half-open byte range [start, end).
type Span [2]int

// Article is one piece of writing in the file.
type Article struct {
	Title         string      `json:"title"`
	Publisher     *string     `json:"publisher"`
	Date          *string     `json:"date"`       // YYYY-MM-DD as stated by the page or the article
	EventDate     *string     `json:"event_date"` // YYYY-MM-DD, or MM-DD where the year is not certain
	Kind          string      `json:"kind"`       // news, notice, advertisement
	Paragraphs    []Paragraph `json:"paragraphs"`
	Figures       []Figure    `json:"figures"`
	Agreements    []Agreement `json:"agreements"`
	Policies      []Policy    `json:"policies"`
	Organisations []Name      `json:"organisations"`
	People        []Person    `json:"people"`
	Places        []Place     `json:"places"`
}

// Paragraph is text after repairs. Heading marks a subheading inside the article; Doubts are the words of a spun text
// that may have been others and stayed as they are.
type Paragraph struct {
	Text    string `json:"text"`
	Span    Span   `json:"span"`
	Heading bool   `json:"heading,omitempty"`
	Doubts  []Span `json:"doubts,omitempty"`
}

// Figure is one number with what it counts. Value is expanded: 万 is 1e4, 亿 1e8, 成 10 %.
type Figure struct {
	Quote     string   `json:"quote"`
	Span      Span     `json:"span"`
	Indicator string   `json:"indicator"`
	Subject   string   `json:"subject"`
	Value     float64  `json:"value"`
	ValueMax  *float64 `json:"value_max,omitempty"` // upper end where approx is range
	Unit      string   `json:"unit"`                // CNY, %, pp, count, rank, times, hours, days, years, m, kg, …
	Counter   string   `json:"counter,omitempty"`   // 家, 项, 台(套): the measure word of a count
	Approx    string   `json:"approx"`              // exact, over, nearly, about, order, at_most, range
	Period    *string  `json:"period"`
	// PeriodBasis says how the period was found: stated, relative (今年), inferred, or "" without a period.
	PeriodBasis string   `json:"period_basis,omitempty"`
	Change      bool     `json:"change"`
	Kind        string   `json:"kind"`                // level, growth, target, threshold
	Modifiers   []string `json:"modifiers,omitempty"` // 累计, 首批, 意向, 计划 as written
	Threshold   string   `json:"threshold,omitempty"` // 10亿元以上 beside a count
	Part        string   `json:"part,omitempty"`      // from or to
}

// Agreement is a signing, merged over its mentions; Span is the first and fullest of them.
type Agreement struct {
	Parties  []string `json:"parties"`
	Kind     string   `json:"kind"`
	Date     *string  `json:"date"`
	About    string   `json:"about"`
	Span     Span     `json:"span"`
	Mentions []Span   `json:"mentions,omitempty"`
}

// Policy is a named document of an authority.
type Policy struct {
	Name   string  `json:"name"`
	Issuer *string `json:"issuer"`
	Date   *string `json:"date"`
	Alias  string  `json:"alias,omitempty"` // 下称
	Span   Span    `json:"span"`
}

// Name is an organisation as first written, with the other forms that the text uses.
type Name struct {
	Name    string   `json:"name"`
	Aliases []string `json:"aliases,omitempty"`
	Span    Span     `json:"span"`
}

// Person is somebody named with the role that the text gives.
type Person struct {
	Name string `json:"name"`
	Role string `json:"role"`
	Span Span   `json:"span"`
}

// Place is a place with its GB/T 2260 code where it has one.
type Place struct {
	Name string `json:"name"`
	Code string `json:"code,omitempty"`
	Span Span   `json:"span"`
}

// Noise is a part of the file that is not the article.
type Noise struct {
	Span Span      `json:"span"`
	Kind NoiseKind `json:"kind"`
}

// Repair says how often a kind of mending was done.
type Repair struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"`
}
