extension String {
    /// The text with U+FFFD in place of each U+0000, which Postgres keeps in no text.
    package var withoutNull: String {
        utf8.contains(0) ? String(String.UnicodeScalarView(unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 })) : self
    }
}
