import JobModel
import NIOHTTP1

extension GatewayResponder {
    /// How requests are refused that never were any.
    static let words = ArrivalWords { refusal, head in
        let family = family(head?.uri ?? "") { head?.headers.contains(name: $0) ?? false }
        return refusal.json(family).encoded()
    }
}
