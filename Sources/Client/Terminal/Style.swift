/// How a piece of text looks on a terminal that shows colours.
enum Style: Equatable, Sendable {
    case plain, bold, dim, red, green, yellow, blue, cyan

    /// The parameter of the escape sequence that turns it on, or nil for none.
    var code: String? {
        switch self {
        case .plain: nil
        case .bold: "1"
        case .dim: "2"
        case .red: "31"
        case .green: "32"
        case .yellow: "33"
        case .blue: "34"
        case .cyan: "36"
        }
    }
}
