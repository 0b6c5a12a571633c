// Package extract reads a published document and says what stands in it, and where.
//
// The idea: bytes in, facts with spans out. A saved page, a copied text, a Markdown note, a PDF or a DOCX becomes
// articles with paragraphs, figures, agreements, policies, organisations, people and places; what is not the
// article is named as noise; what had to be mended is counted as a repair.
//
// The guarantee: every span is a true byte range [start, end) of the original file, or, for PDF and DOCX whose
// text is compressed, of Document.Text. Repairs change what a paragraph says, never where it stands. The same
// bytes give the same answer. Input is hostile: time and memory are linear in its size, which is bounded by
// Options.MaxBytes, and what cannot be read is refused with a code reader.* of package fault.
//
// What it does not do: it approves nothing, keeps nothing, asks no database and no network. It does not date a
// figure by the page it was found on, and does not merge figures that look alike. A spun text is said to be spun;
// its words are read as they stand unless Options.Twin or Options.Unspin says otherwise.
//
// The rule comes from the trade: an officer confirms a figure by reading the place it was taken from.
package extract
