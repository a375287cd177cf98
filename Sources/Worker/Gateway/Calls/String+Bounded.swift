extension String {
    /// The beginning, with a mark behind it where something is missing.
    ///
    /// - Parameter limit: How many bytes of it stay, at most.
    func bounded(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        // By bytes: one character can have any number of them.
        return String(decoding: utf8.prefix(limit), as: UTF8.self) + "…"
    }
}
