import HTTPTransport
import Testing

@testable import Models

@Suite struct RetryAfterTests {
    private static let date = "Sun, 06 Nov 1994 08:49:37 GMT"

    @Test(
        arguments: [
            ([:], nil), (["Retry-After": "7"], .seconds(7)), (["retry-after": "0"], .zero),
            (["Retry-After": "-3"], .zero),
            (["Retry-After": "1.5"], .milliseconds(1500)), (["Retry-After": "soon"], nil),
            (["Retry-After": "nan"], nil),
            (["Retry-After": "7", "retry-after-ms": "250"], .milliseconds(250)),
            (["Retry-After": "1e300"], .seconds(365 * 86400)),
            (["Retry-After": "Sun, 06 Nov 1994 08:50:07 GMT", "Date": date], .seconds(30)),
            (["Retry-After": "Sun, 06 Nov 1994 08:49:07 GMT", "Date": date], .zero),
            (["Retry-After": date], .zero),
        ] as [(HTTPHeaders, Duration?)]
    )
    func isReadFromHeaders(_ headers: HTTPHeaders, _ expected: Duration?) {
        #expect(RetryAfter.read(headers) == expected)
    }
}
