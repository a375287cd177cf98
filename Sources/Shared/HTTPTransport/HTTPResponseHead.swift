/// What comes before the body of a response.
struct HTTPResponseHead: Equatable, Sendable {
    var status: Int
    var headers = HTTPHeaders()
}
