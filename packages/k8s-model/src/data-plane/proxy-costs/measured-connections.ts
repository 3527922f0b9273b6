import type { ProxyProgram } from "./proxy-program.ts";

/**
 * Time to connect over TCP from a pod to another on the same node, in microseconds, every time a new
 * connection (kube-proxy 1.36.2, kernel 6.18.44, 2,000 to 4,000 connections a figure). The columns:
 * program, Services, endpoints of each, median to the pod's own address, medians to the Service that
 * is first, in the middle and last among the rules, 99th percentile to the last one.
 */
export const MEASURED_CONNECTIONS: readonly (readonly [
  program: ProxyProgram,
  services: number,
  endpointsPerService: number,
  directUs: number,
  firstUs: number,
  middleUs: number,
  lastUs: number,
  lastP99Us: number,
])[] = [
  ["iptables-nft", 10, 3, 45.4, 47.3, 47.3, 47.5, 102.8],
  ["nftables", 10, 3, 41.9, 43.6, 43.4, 43.6, 110.4],
  ["iptables-legacy", 10, 3, 38.6, 39.8, 39.8, 39.6, 89.9],
  ["iptables-nft", 100, 3, 43.6, 42.7, 44.0, 44.8, 86.8],
  ["nftables", 100, 3, 34.7, 35.9, 35.9, 35.9, 66.6],
  ["iptables-legacy", 100, 3, 43.1, 43.8, 44.3, 44.3, 88.9],
  ["iptables-nft", 1000, 3, 59.9, 43.0, 53.5, 62.1, 117.2],
  ["nftables", 1000, 3, 35.9, 37.1, 37.1, 37.0, 87.5],
  ["iptables-legacy", 1000, 3, 48.4, 46.1, 48.0, 50.0, 96.7],
  ["iptables-nft", 5000, 3, 111.9, 37.9, 75.4, 113.0, 211.9],
  ["nftables", 5000, 3, 44.7, 46.9, 46.7, 46.9, 100.2],
  ["iptables-legacy", 5000, 3, 61.4, 44.8, 54.5, 62.9, 122.1],
  ["iptables-nft", 10000, 3, 284.1, 60.1, 174.4, 287.5, 406.5],
  ["nftables", 10000, 3, 44.3, 45.7, 45.5, 45.8, 129.1],
  ["iptables-legacy", 10000, 3, 93.6, 57.5, 76.7, 95.7, 158.1],
  ["nftables", 1, 1000, 44.2, 46.7, 47.1, 46.7, 105.6],
  ["iptables-legacy", 1, 1000, 45.4, 90.1, 90.9, 89.6, 202.4],
  ["iptables-nft", 1, 1000, 47.4, 129.6, 130.5, 133.5, 328.0],
  ["nftables", 1, 5000, 49.3, 53.5, 53.5, 53.7, 109.5],
  ["iptables-legacy", 1, 5000, 48.3, 189.6, 192.6, 193.0, 378.1],
  ["iptables-nft", 1, 5000, 53.7, 324.1, 305.5, 312.5, 786.2],
  ["iptables-nft", 10, 3, 43.6, 45.0, 45.1, 45.2, 99.1],
  ["nftables", 10, 3, 34.7, 35.8, 35.8, 35.8, 79.2],
  ["iptables-legacy", 10, 3, 38.4, 39.9, 40.1, 39.9, 90.5],
  ["iptables-nft", 1000, 3, 66.0, 44.8, 56.6, 67.6, 126.1],
  ["nftables", 1000, 3, 33.7, 34.7, 34.6, 34.7, 87.1],
  ["iptables-legacy", 1000, 3, 44.4, 41.9, 43.9, 45.4, 102.7],
  ["iptables-nft", 5000, 3, 109.7, 36.4, 73.8, 110.9, 196.7],
  ["nftables", 5000, 3, 34.8, 36.1, 36.0, 36.1, 99.7],
  ["iptables-legacy", 5000, 3, 49.5, 34.1, 42.3, 50.4, 96.6],
];
