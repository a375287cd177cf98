extension String {
    /// As much of the text's beginning as fits into so many bytes of UTF-8, without a part of a letter.
    package func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var bytes = 0
        let kept = unicodeScalars.prefix { scalar in
            bytes += scalar.utf8.count
            return bytes <= limit
        }
        return String(String.UnicodeScalarView(kept))
    }
}
