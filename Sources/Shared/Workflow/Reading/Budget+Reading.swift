internal import JobModel

extension Budget {
    /// Reads what a file says of a budget; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        guard let mapping = field.mapping(KnownKeys(["usd", "on_exceeded"])) else { return nil }
        let limit = mapping.required("usd", hint: "as in budget: {usd: 2.50}")?.dollars()
        let mode = mapping["on_exceeded"].map { $0.budgetMode() } ?? .hard
        guard let limit, let mode else { return nil }
        self.init(limit: limit, mode: mode)
    }
}

extension SourceField {
    /// US dollars, read digit by digit.
    func dollars() -> MicroDollars? {
        guard let dollars = node.scalarText.flatMap({ MicroDollars(dollars: $0) }) else {
            return expected("US dollars", hint: "write them with at most six places, such as 2.50")
        }
        return dollars
    }

    /// One of the words that say what happens when a budget is used up.
    fileprivate func budgetMode() -> Budget.Mode? {
        let known = Budget.Mode.allCases.map(\.word)
        guard let word = node.scalarText else { return expected("one of \(known.joined(separator: ", "))") }
        if let mode = Budget.Mode(word: word) { return mode }
        return expected(
            "one of \(known.joined(separator: ", "))",
            hint: Spelling.nearest(to: word, among: known).map { "did you mean \($0)?" }
        )
    }
}
