use futures_util::FutureExt;

use uuid::Uuid;

use super::streams::NoStream;
use super::*;
use crate::model::TokenHash;

fn places(connections: usize, per_address: usize) -> Places {
    let bounds = Bounds {
        connections,
        per_address: Some(per_address),
        ..Bounds::default()
    };
    let proxy = "198.51.100.0/24".parse().expect("a network");
    Places::new(bounds, TrustedProxies::new(vec![proxy]))
}

fn enter(places: &Places, address: &str) -> ConnectionPlace {
    let place = newcomer(places, address);
    place.is_heard();
    place
}

/// One that nobody has read from yet.
fn newcomer(places: &Places, address: &str) -> ConnectionPlace {
    places.enter(SocketAddr::new(address.parse().expect("an address"), 4711))
}

fn has_lost(place: &ConnectionPlace) -> bool {
    place.lost().now_or_never().is_some()
}

fn connections(places: &Places) -> usize {
    places.0.lock().connections
}

#[test]
fn one_address_has_its_share_and_takes_nobody_elses() {
    let places = places(100, 2);
    let other = enter(&places, "203.0.113.8");
    let first = enter(&places, "203.0.113.7");
    let second = enter(&places, "::ffff:203.0.113.7");
    assert!(!has_lost(&first));
    let third = enter(&places, "203.0.113.7");
    assert!(has_lost(&first) && !has_lost(&second) && !has_lost(&other));
    drop(second);
    let _fourth = enter(&places, "203.0.113.7");
    assert!(!has_lost(&third));
    drop((first, third));
    assert_eq!(connections(&places), 2);
}

#[test]
fn a_network_of_ipv6_shares_and_this_machine_and_proxies_do_not() {
    let places = places(100, 1);
    let one = enter(&places, "2001:db8:1:2::1");
    let _elsewhere = enter(&places, "2001:db8:1:3::1");
    assert!(!has_lost(&one));
    let _same = enter(&places, "2001:db8:1:2:ffff::9");
    assert!(has_lost(&one));
    for exempt in [
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "198.51.100.4",
        "::ffff:198.51.100.4",
    ] {
        let (one, _two) = (enter(&places, exempt), enter(&places, exempt));
        assert!(!has_lost(&one), "{exempt}");
    }
}

#[test]
fn a_newcomer_never_waits_and_no_more_have_a_place_than_there_are() {
    let places = places(64, 64);
    let mut all: Vec<ConnectionPlace> = (0..64).map(|_| enter(&places, "127.0.0.1")).collect();
    let gateway = all[0].peer();
    gateway.asks();
    gateway.is_gateway(&TokenHash([7; 32]));
    gateway.is_answered();
    let person = all[1].peer();
    person.asks();
    person.is_person(Uuid::now_v7());
    all.extend((0..500).map(|_| enter(&places, "127.0.0.1")));
    assert!(connections(&places) <= 64);
    let (known, unknown) = all.split_at(2);
    assert!(!known.iter().any(has_lost));
    assert!(unknown[..62].iter().all(has_lost));
    assert!(!unknown[unknown.len() - 16..].iter().any(has_lost));
    drop(all);
    assert_eq!(connections(&places), 0);
    assert!(places.0.lock().by_number.is_empty());
}

#[test]
fn a_person_and_a_gateway_have_a_share_of_what_is_reserved() {
    let places = places(64, 64);
    let (ann, gateway) = (Uuid::now_v7(), TokenHash([7; 32]));
    let all: Vec<ConnectionPlace> = (0..64).map(|_| enter(&places, "127.0.0.1")).collect();
    for place in &all[..32] {
        place.peer().is_person(ann);
        place.peer().is_person(ann);
    }
    all[32..]
        .iter()
        .for_each(|place| place.peer().is_gateway(&gateway));
    let known = |places: &[ConnectionPlace]| places.iter().filter(|place| place.0.seat.is_known()).count();
    assert_eq!((known(&all[..32]), known(&all[32..])), (4, 16));
    // One that goes, becomes a stream or is somebody else's leaves room for another.
    let _stream = all[0].peer().stream_of(ann).expect("a place");
    all[1].peer().is_person(Uuid::now_v7());
    all[30..32].iter().for_each(|place| place.peer().is_person(ann));
    assert_eq!(known(&all[2..32]), 4);
    drop(all);
    assert!(places.0.lock().by_caller.is_empty());
}

#[test]
fn who_asked_once_and_is_silent_then_gives_way_to_newcomers() {
    let places = places(64, 64);
    let asked_once = |_| {
        let place = enter(&places, "127.0.0.1");
        place.peer().asks();
        place.peer().is_answered();
        place
    };
    let idle: Vec<ConnectionPlace> = (0..200).map(asked_once).collect();
    let newcomer = enter(&places, "127.0.0.1");
    let _more: Vec<ConnectionPlace> = (0..200).map(asked_once).collect();
    assert!(idle.iter().all(has_lost));
    assert!(!has_lost(&newcomer));
}

#[test]
fn whoever_was_not_heard_yet_is_not_closed() {
    let places = places(8, 8);
    let unheard: Vec<ConnectionPlace> = (0..12).map(|_| newcomer(&places, "127.0.0.1")).collect();
    assert_eq!(connections(&places), 12);
    unheard.iter().for_each(|place| place.is_heard());
    let _another = newcomer(&places, "127.0.0.1");
    assert_eq!(connections(&places), 8);
    assert_eq!(unheard.iter().filter(|place| has_lost(place)).count(), 5);
}

#[test]
fn no_more_are_accepted_than_are_heard_and_gone() {
    let places = places(128, 128);
    let mut all: Vec<ConnectionPlace> = (0..64).map(|_| newcomer(&places, "127.0.0.1")).collect();
    assert!(places.settled().now_or_never().is_none());
    all[0].is_heard();
    all[0].is_heard();
    assert!(places.settled().now_or_never().is_some());
    drop(all.split_off(32));
    all.iter().for_each(ConnectionPlace::is_heard);
    let filled: Vec<ConnectionPlace> = (0..2 * 128).map(|_| enter(&places, "127.0.0.1")).collect();
    assert!(places.settled().now_or_never().is_none());
    drop((all, filled));
    assert_eq!(places.0.lock().unsettled, 0);
}

#[test]
fn silent_ones_are_late_sooner_where_places_are_scarce() {
    let bounds = Bounds {
        connections: 8,
        first_head: Duration::ZERO,
        ..Bounds::default()
    };
    let places = Places::new(bounds, TrustedProxies::default());
    let silent: Vec<ConnectionPlace> = (0..4).map(|_| enter(&places, "127.0.0.1")).collect();
    assert!(!silent.iter().any(has_lost));
    let _fifth = enter(&places, "127.0.0.1");
    assert!(silent.iter().all(has_lost));
}

#[test]
fn a_stream_has_a_place_of_its_own_and_a_person_eight() {
    let places = places(64, 64);
    let (ann, ben) = (Uuid::now_v7(), Uuid::now_v7());
    let all: Vec<ConnectionPlace> = (0..10).map(|_| enter(&places, "203.0.113.7")).collect();
    let streams: Vec<_> = all[..8]
        .iter()
        .map(|place| place.peer().stream_of(ann).expect("a place"))
        .collect();
    assert_eq!(connections(&places), 2);
    assert_eq!(all[8].peer().stream_of(ann).err(), Some(NoStream::OfPerson(8)));
    assert!(all[9].peer().stream_of(ben).is_ok());
    assert_eq!(connections(&places), 2);
    drop(streams);
    assert_eq!(connections(&places), 10);
    assert!(all[8].peer().stream_of(ann).is_ok());
    drop(all);
    let taken = places.0.lock();
    assert_eq!((taken.connections, taken.streams), (0, 0));
    assert!(taken.by_person.is_empty() && taken.by_address.is_empty());
}

#[test]
fn a_connection_that_ends_with_its_stream_leaves_nothing() {
    let places = places(2, 2);
    let place = enter(&places, "203.0.113.7");
    let stream = place.peer().stream_of(Uuid::now_v7()).expect("a place");
    drop(place);
    drop(stream);
    let taken = places.0.lock();
    assert_eq!((taken.connections, taken.streams), (0, 0));
    assert!(taken.by_number.is_empty() && taken.by_address.is_empty());
}
