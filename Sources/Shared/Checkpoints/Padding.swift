/// Numbers as text of a fixed least width, so that names sort as their numbers do.
enum Padding {
    /// The digits of a number, with zeros before them up to a width; a longer number is written in full.
    static func zeros(_ number: some BinaryInteger, width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
